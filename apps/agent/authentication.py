"""An agent, vouched for by kas: kas's own token *and* the agent's."""

from datetime import datetime
from typing import Any, cast

from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from apps.agent import tokens
from apps.agent.models import Agent
from apps.agent.tokens import Bearer
from apps.core.api.authentication import Component
from apps.core.api.errors import Failure
from apps.core.api.kas_authentication import KasAuthentication
from apps.core.observability import request_facts
from apps.directory import access_tokens
from apps.directory.authentication import insufficient_scope, require_current
from apps.directory.models import User

_HEADERS = ("HTTP_GITLAB_AGENTK_API_REQUEST", "HTTP_GITLAB_AGENT_API_REQUEST")
_NO_SESSION = {"message": "401 Unauthorized - Invalid session"}  # there are no sessions of people here
_SCHEMES = ("Bearer", "Token")


class AgentAuthentication(KasAuthentication):
    """kas's token first, then the agent's; ``request.auth`` is the agent's bearer."""

    def authenticate(self, request: Request) -> tuple[Component, Any]:
        """Return kas and the bearer of the agent's token.

        Raises:
            Failure: kas's own token does not hold.
            AuthenticationFailed: the agent's token is missing, unknown or revoked.
        """
        kas, _ = super().authenticate(request)
        text = _offered(request)
        if not text:
            raise AuthenticationFailed
        try:
            bearer = tokens.find(text)
        except tokens.UnknownAgentToken:
            raise AuthenticationFailed from None
        request_facts.note(agent_id=bearer.token.agent_id, token_id=bearer.token.pk)
        tokens.note_use(token=bearer.token, now=timezone.now())
        return kas, bearer


def bearer_of(request: Request) -> Bearer:
    """Return the bearer that ``AgentAuthentication`` found."""
    return cast("Bearer", request.auth)


def agent_of(request: Request) -> Agent:
    """Return the agent that ``AgentAuthentication`` found."""
    return bearer_of(request).token.agent


def personal_token_owner(text: str | None, *, now: datetime) -> User:
    """Return whose personal access token kas was shown; whether the user may act is asked elsewhere.

    Raises:
        AuthenticationFailed: the token is unknown.
        Failure: 401, it was a cookie instead, or the token has ended; 403, it may not be used through kas.
    """
    if text is None:
        raise Failure(401, _NO_SESSION)
    try:
        token = access_tokens.find(text)
    except access_tokens.UnknownToken:
        raise AuthenticationFailed from None
    require_current(token, on=now.date())
    if access_tokens.K8S_PROXY not in token.scopes:
        raise insufficient_scope(access_tokens.K8S_PROXY)
    request_facts.note(token_id=token.pk)
    access_tokens.record_use(token_id=token.pk, last_used_at=token.last_used_at, now=now)
    return token.user


def _offered(request: Request) -> str:
    for header in _HEADERS:
        if offered := request.META.get(header):
            return str(offered)
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if scheme in _SCHEMES else ""
