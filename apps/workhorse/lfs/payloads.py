"""Answers for Git LFS and for Workhorse; names, types and the order of keys are theirs, to the letter."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any

from apps.git_access.lfs import stores
from apps.git_access.models import LfsFileLock
from apps.git_access.models.lfs import FileStore, name_of
from apps.git_access.repositories import remotes
from apps.workhorse.lfs.credentials import LfsCredential
from apps.workhorse.lfs.objects import Fault, HeldObject, Wanted

if TYPE_CHECKING:  # its module loads the client of object storage
    from apps.git_access.lfs.stores.object_storage import SignedUpload

ABSENT = {
    "code": 404,
    "message": "Object does not exist on the server or you don't have permissions to access it",
}
FAULTS = {
    Fault.INVALID: {"code": 422, "message": "Invalid object id or size"},
    Fault.TOO_LARGE: {"code": 413, "message": "Object is too large"},
}
OF_UPLOADS = {"Content-Type": "application/octet-stream", "Transfer-Encoding": "chunked"}
"""The headers with which a client sends a file."""


def lock_payload(lock: LfsFileLock) -> dict[str, Any]:
    """Return a lock; its id is a text, its time has no fraction."""
    return {
        "path": lock.path,
        "id": str(lock.pk),
        "locked_at": lock.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "owner": {"name": lock.user.username},
    }


@dataclass(frozen=True, slots=True)
class Addresses:
    """What the answers for all files of one batch have in common: where they are, and with what they open."""

    root: str
    """The address of the repository's files, to which an id is added."""
    action: Mapping[str, Any]
    """The rest of an action."""

    @classmethod
    def of(
        cls, path: str, credential: LfsCredential, headers: Mapping[str, str] | None = None
    ) -> "Addresses":
        """Return those of a repository, under the root that people clone from.

        Args:
            path: of the repository, what stands before ``.git`` in a URL.
            credential: what opens them.
            headers: more that a client is to send.
        """
        return cls(f"{remotes.http_url(path)}/gitlab-lfs/objects/", credential.action(headers))


def download_payload(
    item: Wanted, held: HeldObject | None, *, addresses: Addresses, direct: bool, public: bool
) -> dict[str, Any]:
    """Return where one file is fetched; ``direct`` from its store, ``public`` that anybody may."""
    body = {"oid": item.oid, "size": item.size}
    if held is None:
        return {**body, "error": ABSENT}
    if direct and held.store == FileStore.OBJECT_STORAGE:
        store = stores.of(held.store)
        action = {"href": store.download_url(name_of(item.oid)), "expires_in": store.download_seconds}
    else:
        action = {"href": addresses.root + item.oid, **addresses.action}
    answer = {**body, "actions": {"download": action}}
    return {**answer, "authenticated": True} if public else answer


def upload_payload(item: Wanted, *, is_held: bool, addresses: Addresses) -> dict[str, Any]:
    """Return where one file is sent, or neither that nor an error where the project has it."""
    body = {"oid": item.oid, "size": item.size}
    if item.fault:
        return {**body, "error": FAULTS[item.fault]}
    if is_held:
        return body
    action = {"href": f"{addresses.root}{item.oid}/{item.size}", **addresses.action}
    return {**body, "actions": {"upload": action}}


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
