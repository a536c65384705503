"""Answers for Git LFS and for Workhorse; names, types and the order of keys are theirs, to the letter."""

import base64
import json
from datetime import UTC
from typing import TYPE_CHECKING, Any

from apps.git_access.lfs import stores
from apps.git_access.models import LfsFileLock
from apps.git_access.models.lfs import FileStore, name_of
from apps.git_access.repositories import remotes
from apps.workhorse.lfs.credentials import Credential
from apps.workhorse.lfs.objects import Held, Wanted

if TYPE_CHECKING:  # its module loads the client of object storage
    from apps.git_access.lfs.stores.object_storage import SignedUpload

ABSENT = {
    "code": 404,
    "message": "Object does not exist on the server or you don't have permissions to access it",
}
INVALID = {"code": 422, "message": "Invalid object id or size"}
TOO_LARGE = {"code": 413, "message": "Object is too large"}


def lock_payload(lock: LfsFileLock) -> dict[str, Any]:
    """Return a lock; its id is a text, its time has no fraction."""
    return {
        "path": lock.path,
        "id": str(lock.pk),
        "locked_at": lock.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "owner": {"name": lock.user.username},
    }


def download_payload(
    item: Wanted, held: Held | None, *, path: str, credential: Credential, direct: bool, public: bool
) -> dict[str, Any]:
    """Return where one file is fetched; ``path`` is the repository's own, ``public`` that anybody may."""
    body = {"oid": item.oid, "size": item.size}
    if held is None:
        return {**body, "error": ABSENT}
    if direct and held.store == FileStore.OBJECT_STORAGE:
        store = stores.of(held.store)
        action = {"href": store.download_url(name_of(item.oid)), "expires_in": store.download_seconds}
    else:
        action = {"href": object_url(path, item.oid), **credential.action()}
    answer: dict[str, Any] = {**body, "actions": {"download": action}}
    return {**answer, "authenticated": True} if public else answer


def upload_payload(item: Wanted, *, is_held: bool, path: str, credential: Credential) -> dict[str, Any]:
    """Return where one file is sent, or neither that nor an error where the project has it."""
    body = {"oid": item.oid, "size": item.size}
    if not item.is_valid:
        return {**body, "error": INVALID}
    if item.is_too_large:
        return {**body, "error": TOO_LARGE}
    if is_held:
        return body
    headers = {"Content-Type": "application/octet-stream", "Transfer-Encoding": "chunked"}
    action = {"href": f"{object_url(path, item.oid)}/{item.size}", **credential.action(headers)}
    return {**body, "actions": {"upload": action}}


def object_url(path: str, oid: str) -> str:
    """Return the address of a file, under the root that people clone from."""
    return f"{remotes.http_url(path)}/gitlab-lfs/objects/{oid}"


def local_target(oid: str, size: int, *, folder: str) -> dict[str, Any]:
    """Tell Workhorse to write to a folder."""
    return {"LfsOid": oid, "LfsSize": size, "MaximumSize": size, "TempPath": folder}


def remote_target(oid: str, size: int, *, signed: "SignedUpload") -> dict[str, Any]:
    """Tell Workhorse to send the parts to object storage."""
    return {
        "LfsOid": oid,
        "LfsSize": size,
        "MaximumSize": size,
        "RemoteObject": {
            "ID": signed.id,
            "Timeout": signed.seconds,
            "GetURL": signed.get_url,
            "DeleteURL": signed.delete_url,
            "CustomPutHeaders": True,
            "PutHeaders": {},
            "MultipartUpload": {
                "PartSize": signed.part_size,
                "PartURLs": signed.part_urls,
                "CompleteURL": signed.complete_url,
                "AbortURL": signed.abort_url,
            },
        },
    }


def send_url(url: str) -> str:
    """Return the header that lets Workhorse fetch from object storage; Base64 needs its padding."""
    params = {"URL": url, "AllowRedirects": False, "AllowLocalhost": True}
    return "send-url:" + base64.urlsafe_b64encode(json.dumps(params).encode()).decode()
