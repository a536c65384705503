"""What Workhorse asks before it carries a fetch or a push, and where it finds the repository."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.utils import timezone
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from apps.core import client_address, correlation
from apps.core.api.errors import ROUTE_NOT_FOUND, Failure
from apps.core.observability import decisions
from apps.directory.models import BOT_TYPES
from apps.git_access.access import authorize, denials
from apps.git_access.access.repository_existence import ABSENT
from apps.git_access.context import refusals
from apps.git_access.context.attempt import Action, Command, Credential
from apps.ssh_keys.actors import Claim
from apps.workhorse import answers
from apps.workhorse.answers import TextFailure
from apps.workhorse.authentication import PersonAuthentication, WorkhorseAuthentication, access_denied
from apps.workhorse.git_http.payloads import workhorse_payload
from apps.workhorse.identities import Identity
from apps.workhorse.views import WorkhorseViewSet

SERVICES = (Action.UPLOAD_PACK, Action.RECEIVE_PACK)
FOLLOWED = ("", "service=git-upload-pack", "service=git-receive-pack")
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

    def head(self, request: Request, repository: str) -> HttpResponseBase:
        """``HEAD`` of the same: Workhorse does not carry it out, and no browser need know what is there."""
        raise TextFailure(403, "")

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
        identity = self.identity
        command = Command(
            claim=Claim(user_id=identity.user.id) if identity else Claim(),
            action=self._service(),
            protocol="http",
            project=f"{repository}.git",
            asks_beforehand=True,
            check_ip=client_address.of(request),
            correlation_id=correlation.current(),
            credential=_credential(identity),
        )
        try:
            grant = authorize.authorize(command, now=timezone.now(), facts=self.known())
        except refusals.Refusal as refusal:
            denials.report(self.action, refusal)
            raise _failure(refusal, identity) from None
        decisions.allowed(self.action)
        return answers.for_workhorse(workhorse_payload(grant))


class SuffixViewSet(WorkhorseViewSet):
    """Not in the document: a repository's address without ``.git`` leads to the one with it."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def info_refs(self, request: Request, repository: str) -> HttpResponseBase:
        """``GET /R/info/refs``: git follows, and stays there for the rest of the command."""
        query = request.META.get("QUERY_STRING", "")
        if query not in FOLLOWED:
            raise Failure(404, ROUTE_NOT_FOUND)
        # A path and no host: credentials stay where they were sent.
        location = f"{settings.RELATIVE_URL_ROOT}/{repository}.git/info/refs"
        location += f"?{query}" if query else ""
        return HttpResponse(status=301, headers={"Location": location})


class SshOverHttpViewSet(WorkhorseViewSet):
    """Not in the document: the newest GitLab Shells would stream through here, were they told to."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def not_offered(self, request: Request, repository: str) -> HttpResponseBase:
        """``POST /R.git/ssh-upload-pack`` and ``ssh-receive-pack``."""
        raise TextFailure(404, "Not found")


def _service_of(query: str) -> str:
    """Return the service that the query names: one of two, once; else none."""
    if (service := query.removeprefix("service=")) in SERVICES and service != query:
        return service  # as every git sends it
    named = QueryDict(query).getlist("service")
    return named[0] if len(named) == 1 and named[0] in SERVICES else ""


def _credential(identity: Identity | None) -> Credential:
    if identity is None:
        return Credential(may_read=True, may_write=False)
    return Credential(may_read=identity.may_read, may_write=identity.may_write)


def _asks_who_it_is(refusal: refusals.Refusal, identity: Identity | None) -> bool:
    """Whether another credential might open what this one does not."""
    if identity is None:
        absent = refusal.message in ABSENT.values()  # of a container that everybody may know of
        return isinstance(refusal, refusals.Forbidden | refusals.Hidden | refusals.NotCreated) and not absent
    # A program that cannot see the project has a credential for another one.
    return isinstance(refusal, refusals.Hidden) and identity.user.user_type in BOT_TYPES


def _failure(refusal: refusals.Refusal, identity: Identity | None) -> TextFailure:
    if _asks_who_it_is(refusal, identity):
        return access_denied()
    headers: dict[str, Any] = {}
    if isinstance(refusal, refusals.TooMany):
        headers["Retry-After"] = str(refusal.retry_after)
    return TextFailure(STATUS_OF_REFUSAL[type(refusal)], refusal.message, headers=headers)
