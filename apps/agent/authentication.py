"""An agent, vouched for by kas: kas's own token *and* the agent's."""

from typing import Any, cast

from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from apps.agent import tokens
from apps.agent.models import Agent
from apps.agent.tokens import Bearer
from apps.core.api.authentication import Component
from apps.core.api.kas_authentication import KasAuthentication
from apps.core.observability import request_facts

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
        except tokens.UnknownToken:
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


def _offered(request: Request) -> str:
    header: str = request.META.get("HTTP_GITLAB_AGENT_API_REQUEST", "")
    if header:
        return header
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if scheme in _SCHEMES else ""
