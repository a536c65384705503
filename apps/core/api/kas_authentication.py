"""kas proves that it has read its secret file: a token of a few seconds in each request."""

import math
import time
from collections.abc import Mapping
from typing import Any

import jwt
import structlog
from django.conf import settings
from jwt.types import Options
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from apps.core import secret_files, secret_uses
from apps.core.api.authentication import Component
from apps.core.api.errors import Failure
from apps.core.secret_files import MalformedSecret

log = structlog.get_logger(__name__)

HEADER = "Gitlab-Kas-Api-Request"
KAS_LEEWAY = 5  # seconds: kas's tokens live no longer
ISSUER = "gitlab-kas"
AUDIENCE = "gitlab"
_REFUSAL = {"message": "KAS JWT authentication invalid"}
# Only the signature: the claims follow rules that the library does not have.
_SIGNATURE_ONLY: Options = {
    "verify_signature": True,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}


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
    keys = []
    for content in pair.contents():
        try:
            keys.append((content, secret_files.signing_key(content)))
        except MalformedSecret as error:
            log.error("a secret file of kas holds no key", reason=str(error))
    if not keys:
        log.error("no key of kas: every request is refused", file=str(settings.KAS_SECRET_FILE))
    return keys


def _verifies(token: str, key: bytes) -> bool:
    try:
        claims = jwt.decode(token, key, algorithms=["HS256"], options=_SIGNATURE_ONLY)
    except (jwt.PyJWTError, ValueError, RecursionError):  # the last: nesting in an unsigned header
        return False
    return _hold(claims, now=time.time())


def _hold(claims: Mapping[str, Any], *, now: float) -> bool:
    """Whether the claims say: from kas, for us, now. Of these only the issuer must be there."""
    return (
        claims.get("iss") == ISSUER
        and _is_audience(claims.get("aud", AUDIENCE))
        and now < _moment(claims.get("exp", math.inf)) + KAS_LEEWAY
        and now >= _moment(claims.get("nbf", 0)) - KAS_LEEWAY
    )


def _is_audience(audience: Any) -> bool:
    return AUDIENCE in audience if isinstance(audience, list) else audience == AUDIENCE


def _moment(claim: Any) -> float:
    """Return a time claim in seconds; what is no number compares as false with everything."""
    return claim if isinstance(claim, int | float) and not isinstance(claim, bool) else math.nan
