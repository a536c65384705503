"""Git Authentication: may this command run."""

from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.authentication import SharedSecretAuthentication
from apps.core.api.params import RequestParameters
from apps.core.api.views import InternalViewSet
from apps.core.observability import decisions
from apps.git_access.access import authorize, denials
from apps.git_access.context import refusals
from apps.git_access.serializers.access_params import command_of
from apps.git_access.serializers.payloads import grant_payload

# 401 and not 403 for what is forbidden: old clients mask the message of a 403.
STATUS_OF_REFUSAL: dict[type[refusals.Refusal], int] = {
    refusals.Forbidden: 401,
    refusals.Hidden: 404,
    refusals.NotCreated: 422,
    refusals.Unavailable: 503,
    refusals.Exhausted: 503,
    refusals.TooMany: 429,
}


class AccessViewSet(InternalViewSet):
    """Doc: Git Authentication. GitLab Shell asks before a command, Gitaly during a push."""

    authentication_classes = (SharedSecretAuthentication,)

    def allowed(self, request: Request) -> Response:
        """``POST /internal/allowed``."""
        command = command_of(RequestParameters(request))
        try:
            grant = authorize.authorize(command, now=timezone.now())
        except refusals.Refusal as refusal:
            denials.report("allowed", refusal)
            return refused(refusal)
        decisions.allowed("allowed")
        return Response(grant_payload(grant))


def refused(refusal: refusals.Refusal) -> Response:
    """Return the answer to a command that may not run."""
    body: dict[str, Any] = {"status": False, "message": refusal.message}
    headers = {}
    if isinstance(refusal, refusals.Exhausted | refusals.TooMany):
        del body["status"]
    if isinstance(refusal, refusals.TooMany):
        headers["Retry-After"] = str(refusal.retry_after)
    return Response(body, status=STATUS_OF_REFUSAL[type(refusal)], headers=headers)
