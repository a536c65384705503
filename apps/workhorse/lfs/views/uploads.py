"""The two questions of Workhorse around one upload: where the file goes, and whether it was the right one."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from apps.core.api.parsers import BracketFormParser
from apps.core.api.workhorse_signatures import signed
from apps.core.observability import decisions
from apps.git_access.lfs import stores
from apps.git_access.models.lfs import FileStore
from apps.workhorse.answers import TextFailure, for_workhorse
from apps.workhorse.authentication import INVALID_TOKEN, WorkhorseAuthentication
from apps.workhorse.lfs import keeping, objects
from apps.workhorse.lfs.authentication import LfsAuthentication
from apps.workhorse.lfs.keeping import Upload
from apps.workhorse.lfs.payloads import local_target, remote_target
from apps.workhorse.lfs.views.base import LfsFailure, ProjectLfsViewSet, lfs

NO_FILE = TextFailure(422, "Unprocessable entity")
UPLOAD = "file.gitlab-workhorse-upload"
REFUSALS: dict[type[Exception], tuple[int, str]] = {
    keeping.NothingUploaded: (422, "Unprocessable entity"),
    stores.InsecurePath: (400, "insecure path used"),
    keeping.NotWhatWasPromised: (400, "SHA256 or size mismatch"),
}


class UploadViewSet(ProjectLfsViewSet):
    """Not in the document: both questions come from Workhorse alone, and both are decided in full."""

    authentication_classes = (WorkhorseAuthentication, LfsAuthentication)
    parser_classes = (BracketFormParser,)

    def authorize_upload(self, request: Request, repository: str, oid: str, size: int) -> HttpResponseBase:
        """``PUT /R.git/gitlab-lfs/objects/<oid>/<size>/authorize``."""
        self._require(size)
        store = stores.of(stores.current())
        if stores.current() == FileStore.OBJECT_STORAGE:
            begun = store.begin_upload(size, now=timezone.now())
            body = remote_target(oid, size, signed=begun)
        else:
            body = local_target(oid, size, folder=str(store.folder_for(size)))
        decisions.allowed("lfs_authorize_upload")
        return for_workhorse(body)

    def upload(self, request: Request, repository: str, oid: str, size: int) -> HttpResponseBase:
        """``PUT /R.git/gitlab-lfs/objects/<oid>/<size>``, once Workhorse has the file."""
        self._require(size)
        try:
            keeping.keep(self._upload(), oid=oid, size=size, project_id=self.asker.project_id)
        except tuple(REFUSALS) as refusal:
            raise TextFailure(*REFUSALS[type(refusal)]) from None
        decisions.allowed("lfs_upload")
        return lfs_done()

    def _require(self, size: int) -> None:
        self.require_upload()
        self.require_writes()
        if objects.is_too_large(size):
            raise LfsFailure(413, "Object is too large")

    def _upload(self) -> Upload:
        """Read what Workhorse has signed; the plain fields of the form are anybody's."""
        fields = _claims(self.request.META.get("HTTP_GITLAB_WORKHORSE_MULTIPART_FIELDS", ""))
        if "file" not in (fields.get("rewritten_fields") or {}):
            raise NO_FILE
        try:
            form: Any = self.request.data
        except APIException:
            raise NO_FILE from None
        said = _claims(form.get(UPLOAD, "")).get("upload")
        if not isinstance(said, dict):
            raise NO_FILE
        texts = {key: value for key, value in said.items() if isinstance(value, str)}
        size = texts.get("size", "")
        return Upload(
            path=texts.get("path", ""),
            remote_id=texts.get("remote_id", ""),
            size=int(size) if size.isascii() and size.isdecimal() else -1,
            sha256=texts.get("sha256", ""),
        )


def lfs_done() -> HttpResponse:
    """Return the answer to an upload that was kept: nothing but its media type."""
    response = lfs({})
    response.content = b""
    return response


def _claims(token: Any) -> Any:
    if not token:
        raise NO_FILE
    claims = signed(token) if isinstance(token, str) else None
    if claims is None:
        raise TextFailure(403, INVALID_TOKEN)
    return claims
