"""Components prove that they have read a shared secret file. A view that names no scheme is closed."""

import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed
from rest_framework.request import Request

from apps.core import secret_files, secret_uses
from apps.core.api import signed_tokens
from apps.core.api.params import parameters
from apps.core.base64_text import decode_leniently
from apps.core.secret_files import SecretPair

JWT_LEEWAY = 60  # seconds: a retried request repeats its token


@dataclass(frozen=True, slots=True)
class Component:
    """A program that has authenticated itself, as opposed to a person."""

    name: str
    is_authenticated: bool = True


class RefuseEveryone(BaseAuthentication):
    """The default: a view that names no authentication class answers 401 to everybody."""

    def authenticate(self, request: Request) -> None:
        """Refuse."""
        raise AuthenticationFailed

    def authenticate_header(self, request: Request) -> str:
        """Keep the 401: without a challenge it would become a 403."""
        return "None"


class SharedSecretAuthentication(BaseAuthentication):
    """GitLab Shell and Gitaly of every generation: shared secret in header or parameter, or a JWT.

    Any valid credential authenticates; a bad one next to it does not refuse.
    """

    def authenticate(self, request: Request) -> tuple[Component, None]:
        """Return the component.

        Raises:
            AuthenticationFailed: no credential holds.
        """
        pair = secret_files.pair(settings.SHELL_SECRET_FILE, settings.SHELL_PREVIOUS_SECRET_FILE)
        secret = _of_header(request, pair) or _of_token(request, pair) or _of_parameter(request, pair)
        if secret is None:
            raise AuthenticationFailed
        secret_uses.note(secret)
        return Component("gitlab-shell"), None

    def authenticate_header(self, request: Request) -> str:
        """Keep the 401: without a challenge it would become a 403."""
        return "Gitlab-Shared-Secret"


def _of_header(request: Request, pair: SecretPair) -> bytes | None:
    offered = request.META.get("HTTP_GITLAB_SHARED_SECRET", "")
    return secret_files.equal(decode_leniently(offered), pair.contents()) if offered else None


def _of_parameter(request: Request, pair: SecretPair) -> bytes | None:
    try:
        offered: Any = parameters(request).get("secret_token")
    except APIException:
        return None  # a body that cannot be read has no secret_token in it
    if not isinstance(offered, str):
        return None
    raw = secret_files.equal(offered.encode("utf-8", "replace"), pair.contents())
    return raw or secret_files.equal(decode_leniently(offered), pair.contents())


def _of_token(request: Request, pair: SecretPair) -> bytes | None:
    token = request.META.get("HTTP_GITLAB_SHELL_API_REQUEST", "")
    if not token:
        return None
    return next((content for content in pair.contents() if _signs(content, token)), None)


def _signs(content: bytes, token: str) -> bool:
    # Trimmed first: all clients of today. Old ones sign with the bytes of the file as they are.
    return any(_verifies(token, key) for key in dict.fromkeys((content.strip(), content)))


def _verifies(token: str, key: bytes) -> bool:
    claims = signed_tokens.claims_of(token, key)
    return claims is not None and signed_tokens.hold(
        claims, issuer="gitlab-shell", leeway=JWT_LEEWAY, now=time.time()
    )
