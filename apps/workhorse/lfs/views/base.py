"""What all requests of Git LFS share: the order of the questions, and the form of refusals."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from apps.core import client_address
from apps.core.api.errors import BodyTooLarge
from apps.core.api.parsers import StrictJSONParser
from apps.core.observability import decisions
from apps.git_access.context.facts import Facts
from apps.git_access.lfs import stores
from apps.git_access.policy import lfs_switches
from apps.git_access.policy.steps.pushing import SIZE_EXCEEDED
from apps.workhorse.authentication import access_denied
from apps.workhorse.lfs import keeping, rights
from apps.workhorse.lfs.authentication import LfsAuthentication
from apps.workhorse.lfs.rights import LfsRights
from apps.workhorse.views import WorkhorseViewSet

MEDIA_TYPE = "application/vnd.git-lfs+json"
OFF = "Git LFS is not enabled on this GitLab server, contact your admin."
READ_ONLY = "You cannot perform write operations on a read-only instance"
NOT_FOUND = (404, "Not found.")
FORBIDDEN = (403, "Access forbidden. Check your access level.")
NOT_JSON = (400, "The request body is not valid JSON")
REFUSALS: dict[type[Exception], tuple[int, str]] = {
    rights.NotFound: NOT_FOUND,
    rights.NoUpload: FORBIDDEN,
    rights.QuotaExceeded: (406, SIZE_EXCEEDED),
    keeping.OtherSizeKnown: FORBIDDEN,
    stores.UnknownUpload: FORBIDDEN,
    stores.StoreUnavailable: (503, "The storage of LFS files is not available. Please try again later."),
    stores.StoreFull: (507, "The storage of LFS files is full. Contact your GitLab administrator."),
}


class LfsFailure(APIException):
    """A refusal with its status and the words that git-lfs shows; ``extra`` stands before these."""

    def __init__(self, status: int, message: str, *, extra: Mapping[str, Any] | None = None) -> None:
        super().__init__(detail=message)
        self.status_code = status
        self.extra = dict(extra or {})
        self.text = message


class LfsJSONParser(StrictJSONParser):
    """JSON under the media type of Git LFS."""

    media_type = MEDIA_TYPE


def lfs(body: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """Return an answer to Git LFS: without parameters in its media type."""
    return HttpResponse(json.dumps(body), status=status, content_type=MEDIA_TYPE)


class ProjectLfsViewSet(WorkhorseViewSet):
    """Who asks, then whether there is LFS, then what the actor may: refused in this order."""

    authentication_classes: Sequence[type[BaseAuthentication]] = (LfsAuthentication,)
    parser_classes: Sequence[type[BaseParser]] = (LfsJSONParser, StrictJSONParser)
    asker: LfsRights

    @cached_property
    def body(self) -> Mapping[str, Any] | None:
        """The body; ``None`` when it is no JSON object."""
        try:
            given = self.request.data
        except BodyTooLarge:
            raise LfsFailure(413, "The request body is too large") from None
        except APIException:
            return None
        return given if isinstance(given, Mapping) else None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate; then ask whether there is LFS, and find out about actor and project."""
        super().initial(request, *args, **kwargs)
        if not settings.LFS_ENABLED:
            raise LfsFailure(501, OFF)
        self.find()

    def find(self) -> None:
        """Read what is known about actor and project."""
        facts = self.known()
        if not _has_files(facts):
            raise self.unknown()
        self.asker = rights.of(
            facts, identity=self.identity, check_ip=client_address.of(self.request), now=timezone.now()
        )

    def require_download(self) -> None:
        """Let pass who may fetch; nobody in particular is asked who it is."""
        try:
            self.asker.require_download()
        except rights.NotFound:
            raise self.unknown() from None

    def require_upload(self, *, added: int = 0) -> None:
        """Let pass who may store, where the project has room for it."""
        self.asker.require_upload()
        self.asker.require_room(added=added)

    def require_writes(self, read_only: str = READ_ONLY) -> None:
        """Let pass where the instance takes writes."""
        try:
            self.asker.require_writes()
        except rights.Stopped as stopped:
            raise LfsFailure(403, stopped.reason or read_only) from None

    def unknown(self) -> APIException:
        """Return the refusal of what is not there, for those who may not know either."""
        return LfsFailure(*NOT_FOUND) if self.identity else access_denied()

    def handle_exception(self, exc: Exception) -> Any:
        """Answer in JSON of Git LFS, and count the refusal."""
        if type(exc) in REFUSALS:
            exc = LfsFailure(*REFUSALS[type(exc)])
        if isinstance(exc, APIException):
            decisions.refused(f"lfs_{self.action or 'request'}", refusal=type(exc).__name__)
        if isinstance(exc, LfsFailure):
            help_page = f"{settings.INSTANCE_URL}/help"
            body = {**exc.extra, "message": exc.text, "documentation_url": help_page}
            return lfs(body, status=exc.status_code)
        return super().handle_exception(exc)


def _has_files(facts: Facts) -> bool:
    """Whether LFS is on for the project of the repository; the instance's own setting is another question."""
    project, namespace = facts.project, facts.namespace
    if project is None or namespace is None:
        return False
    said = () if namespace.lfs_enabled is None else (namespace.lfs_enabled,)
    return lfs_switches.is_on(instance=True, project=project.lfs_enabled, namespaces=said)
