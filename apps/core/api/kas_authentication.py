"""kas proves that it has read its secret file: a token of a few seconds in each request."""

import time
from typing import Any

import structlog
from django.conf import settings
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from apps.core import secret_files, secret_uses
from apps.core.api import signed_tokens
from apps.core.api.authentication import Component
from apps.core.api.errors import Failure

log = structlog.get_logger(__name__)

HEADER = "Gitlab-Kas-Api-Request"
KAS_LEEWAY = 5  # seconds: kas's tokens live no longer
ISSUER = "gitlab-kas"
AUDIENCE = "gitlab"
_REFUSAL = {"message": "KAS JWT authentication invalid"}


class KasAuthentication(BaseAuthentication):
    """A signed token of kas, whose key is the previous secret while a rotation is open."""

    def authenticate(self, request: Request) -> tuple[Component, Any]:
        """Return the component.

        Raises:
            Failure: 401; which of the many reasons it was is nobody's business.
        """
        token = request.META.get("HTTP_GITLAB_KAS_API_REQUEST", "")
        secret = next((secret for secret, key in _keys() if _verifies(token, key)), None)
        if secret is None:
            raise Failure(401, _REFUSAL)
        secret_uses.note(secret)
        return Component("kas"), None

    def authenticate_header(self, request: Request) -> str:
        """Keep the 401: without a challenge it would become a 403."""
        return HEADER


def _keys() -> list[tuple[bytes, bytes]]:
    """The contents of the secret files that count, each with the key that it stands for."""
    pair = secret_files.pair(settings.KAS_SECRET_FILE, settings.KAS_PREVIOUS_SECRET_FILE)
    keys = signed_tokens.keys_of(pair, component="kas")
    if not keys:
        log.error("no key of kas: every request is refused", file=str(settings.KAS_SECRET_FILE))
    return keys


def _verifies(token: str, key: bytes) -> bool:
    claims = signed_tokens.claims_of(token, key)
    return (
        claims is not None
        and signed_tokens.hold(claims, issuer=ISSUER, leeway=KAS_LEEWAY, now=time.time())
        and _is_audience(claims.get("aud", AUDIENCE))
    )


def _is_audience(audience: Any) -> bool:
    return AUDIENCE in audience if isinstance(audience, list) else audience == AUDIENCE
