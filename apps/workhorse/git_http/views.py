"""What Workhorse asks before it carries a fetch or a push, and where it finds the repository."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.utils import timezone
from rest_framework.request import Request

from apps.core import correlation
from apps.core.observability import decisions
from apps.git_access.access import authorize
from apps.git_access.context import refusals
from apps.git_access.context.attempt import Action, Command
from apps.git_access.context.changes import ANY
from apps.ssh_keys.actors import Claim
from apps.workhorse import answers
from apps.workhorse.answers import TextFailure
from apps.workhorse.authentication import PersonAuthentication, WorkhorseAuthentication, access_denied
from apps.workhorse.git_http.payloads import workhorse_payload
from apps.workhorse.views import WorkhorseViewSet

STATUS_OF_REFUSAL: dict[type[refusals.Refusal], int] = {
    refusals.Forbidden: 403,
    refusals.Hidden: 404,
    refusals.NotCreated: 422,
    refusals.Unavailable: 503,
    refusals.Exhausted: 503,
    refusals.TooMany: 429,
}


class GitViewSet(WorkhorseViewSet):
    """Not in the document: the two requests of every Git command over HTTP, each decided in full."""

    authentication_classes = (WorkhorseAuthentication, PersonAuthentication)

    def is_download(self) -> bool:
        return self._service() == Action.UPLOAD_PACK

    def info_refs(self, request: Request, repository: str) -> HttpResponseBase:
        """``GET /R.git/info/refs?service=git-upload-pack``, the first request of a command."""
        return self._decide(request, repository)

    def upload_pack(self, request: Request, repository: str) -> HttpResponseBase:
        """``POST /R.git/git-upload-pack``, the second one of a fetch."""
        return self._decide(request, repository)

    def receive_pack(self, request: Request, repository: str) -> HttpResponseBase:
        """``POST /R.git/git-receive-pack``, the second one of a push."""
        return self._decide(request, repository)

    def _service(self) -> str:
        if self.action == "info_refs":
            return _service_of(self.request.META.get("QUERY_STRING", ""))
        return f"git-{self.action.replace('_', '-')}"

    def _decide(self, request: Request, repository: str) -> HttpResponse:
        identity = request.auth
        command = Command(
            claim=Claim(user_id=identity.user.pk) if identity else Claim(),
            action=self._service(),
            protocol="http",
            project=f"{repository}.git",
            changes=ANY,
            correlation_id=correlation.current(),
        )
        try:
            grant = authorize.authorize(command, now=timezone.now())
        except refusals.Refusal as refusal:
            decisions.refused(self.action, refusal=type(refusal).__name__, rule=refusal.rule)
            raise _failure(refusal, anonymous=identity is None) from None
        decisions.allowed(self.action)
        return answers.for_workhorse(workhorse_payload(grant))


def _service_of(query: str) -> str:
    """Return the service that the query names; named twice, or not at all, it is none."""
    named = QueryDict(query).getlist("service")
    return named[0] if len(named) == 1 else ""


def _failure(refusal: refusals.Refusal, *, anonymous: bool) -> TextFailure:
    if anonymous:
        return access_denied()
    headers: dict[str, Any] = {}
    if isinstance(refusal, refusals.TooMany):
        headers["Retry-After"] = str(refusal.retry_after)
    return TextFailure(STATUS_OF_REFUSAL[type(refusal)], refusal.message, headers=headers)
