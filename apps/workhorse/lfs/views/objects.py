"""Which files there are, where they are fetched and where they are sent, and the fetching."""

from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from rest_framework.request import Request

from apps.core.observability import decisions
from apps.git_access.lfs import stores
from apps.git_access.models.lfs import FileStore
from apps.workhorse.lfs import credentials, keeping, objects
from apps.workhorse.lfs.credentials import LfsCredential
from apps.workhorse.lfs.objects import EMPTY, HeldObject, Wanted
from apps.workhorse.lfs.payloads import OF_UPLOADS, Addresses, download_payload, send_url, upload_payload
from apps.workhorse.lfs.views.base import FORBIDDEN, NOT_FOUND, NOT_JSON, LfsFailure, ProjectLfsViewSet, lfs

MOST = 1000  # files in one batch
LEGACY = "Server supports batch API only, please update your Git LFS client to version 1.0.1 and up."
READ_ONLY = "You cannot write to this read-only GitLab instance."
OCTETS = "application/octet-stream"


class BatchViewSet(ProjectLfsViewSet):
    """Not in the document: the first request of every ``git lfs push`` and ``git lfs pull``."""

    def is_download(self) -> bool:
        return (self.body or {}).get("operation") == "download"

    def batch(self, request: Request, repository: str) -> HttpResponseBase:
        """``POST /R.git/info/lfs/objects/batch``."""
        operation = (self.body or {}).get("operation")
        if operation == "upload":
            return self._uploads()
        self.require_download()
        if self.body is None:
            raise LfsFailure(*NOT_JSON)
        if operation != "download":
            raise LfsFailure(*FORBIDDEN)
        return self._downloads()

    def _downloads(self) -> HttpResponse:
        asked = self._asked()
        held = objects.held_by(self.asker.project_id, (item.key for item in asked if item.key))
        addresses = Addresses.of(self.asker.path, self._credential("download"))
        direct, public = not settings.LFS_PROXY_DOWNLOAD, self.asker.is_public
        decisions.allowed("lfs_batch")
        answers = [
            download_payload(item, held.get(item.key), addresses=addresses, direct=direct, public=public)
            for item in asked
        ]
        return lfs({"objects": answers})

    def _uploads(self) -> HttpResponse:
        self.require_upload()
        self.require_writes(READ_ONLY)
        asked = self._asked()
        held = objects.held_by(self.asker.project_id, (item.key for item in asked if item.key))
        lacking = list(objects.missing(asked, held))
        self.asker.require_room(added=sum(item.size for item in lacking))
        if any(item.oid == EMPTY for item in lacking):
            keeping.keep_empty(project_id=self.asker.project_id)
            held[EMPTY] = HeldObject(0, stores.current(), "")
        addresses = Addresses.of(self.asker.path, self._credential("upload"), OF_UPLOADS)
        decisions.allowed("lfs_batch")
        answers = [upload_payload(item, is_held=item.key in held, addresses=addresses) for item in asked]
        return lfs({"objects": answers})

    def _asked(self) -> list[Wanted]:
        body = self.body or {}
        elements = body.get("objects")
        if not isinstance(elements, list) or not elements:
            raise LfsFailure(*NOT_FOUND)
        if len(elements) > MOST:
            raise LfsFailure(413, "Too many objects")
        if not all(isinstance(element, dict) for element in elements):
            raise LfsFailure(422, '"objects" is invalid')
        if body.get("hash_algo") not in (None, "sha256"):
            raise LfsFailure(409, "Unsupported hash algorithm")
        return objects.wanted(elements)

    def _credential(self, operation: str) -> LfsCredential:
        return credentials.for_batch(
            self.asker.identity,
            repository=self.asker.repository,
            operation=operation,
            authorization=self.request.META.get("HTTP_AUTHORIZATION", ""),
            now=timezone.now(),
        )


class LegacyViewSet(ProjectLfsViewSet):
    """Not in the document: what clients of before 2015 ask."""

    def find(self) -> None:
        """Whatever the repository, there is one answer."""
        raise LfsFailure(501, LEGACY)

    def legacy(self, request: Request, repository: str, rest: str = "") -> HttpResponseBase:
        """``POST /R.git/info/lfs/objects`` and what lies below it: never reached."""
        raise LfsFailure(501, LEGACY)


class FileViewSet(ProjectLfsViewSet):
    """Not in the document: fetching a file, whose bytes Workhorse or the store sends."""

    def is_download(self) -> bool:
        return True

    def file(self, request: Request, repository: str, oid: str) -> HttpResponseBase:
        """``GET /R.git/gitlab-lfs/objects/<oid>``."""
        self.require_download()
        held = objects.held(self.asker.project_id, oid)
        if held is None or stores.of(held.store).size_of(held.name) is None:
            raise LfsFailure(*NOT_FOUND)
        decisions.allowed("lfs_file")
        response: HttpResponseBase = (
            self._remote(held) if held.store == FileStore.OBJECT_STORAGE else self._local(held)
        )
        response["Cache-Control"] = "private"
        return response

    def _local(self, held: HeldObject) -> Any:
        store = stores.of(held.store)
        if self.request.META.get("HTTP_X_SENDFILE_TYPE") == "X-Sendfile":
            return HttpResponse(content_type=OCTETS, headers={"X-Sendfile": store.path(held.name)})
        return FileResponse(store.open(held.name), content_type=OCTETS)

    def _remote(self, held: HeldObject) -> Any:
        url = stores.of(held.store).download_url(held.name)
        # Only a Workhorse reads this header; whoever asks without one is sent to the store.
        if settings.LFS_PROXY_DOWNLOAD and self.request.META.get("HTTP_GITLAB_WORKHORSE"):
            headers = {"Gitlab-Workhorse-Send-Data": send_url(url)}
            return HttpResponse(content_type=OCTETS, headers=headers)
        return HttpResponseRedirect(url)
