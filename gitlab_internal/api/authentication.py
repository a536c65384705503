"""Components prove that they have read a shared secret file. A view that names no scheme is closed."""

from dataclasses import dataclass
from typing import Any

import jwt
from django.conf import settings
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed
from rest_framework.request import Request

from gitlab_internal import secret_files
from gitlab_internal.api.params import parameters
from gitlab_internal.base64_text import decode_leniently
from gitlab_internal.secret_files import SecretPair, without_line_end

JWT_LEEWAY = 60  # seconds: a retried request repeats its token
# Several generations sign with secrets of any length; the length is a system check, not a reason for 401.
_decoder = jwt.PyJWT(options={"enforce_minimum_key_length": False})


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
        if _header_holds(request, pair) or _token_holds(request, pair):
            return Component("gitlab-shell"), None
        if _parameter_holds(request, pair):
            return Component("gitlab-shell"), None
        raise AuthenticationFailed

    def authenticate_header(self, request: Request) -> str:
        """Keep the 401: without a challenge it would become a 403."""
        return "Gitlab-Shared-Secret"


def _header_holds(request: Request, pair: SecretPair) -> bool:
    offered = request.META.get("HTTP_GITLAB_SHARED_SECRET", "")
    return bool(offered) and _is_secret(decode_leniently(offered), pair)


def _parameter_holds(request: Request, pair: SecretPair) -> bool:
    try:
        offered: Any = parameters(request).get("secret_token")
    except APIException:
        return False  # a body that cannot be read has no secret_token in it
    if not isinstance(offered, str):
        return False
    raw = offered.encode("utf-8", "replace")
    return _is_secret(raw, pair) or _is_secret(decode_leniently(offered), pair)


def _is_secret(offered: bytes, pair: SecretPair) -> bool:
    secrets = [without_line_end(content) for content in pair.contents()]
    return secret_files.equals_any(without_line_end(offered), secrets)


def _token_holds(request: Request, pair: SecretPair) -> bool:
    token = request.META.get("HTTP_GITLAB_SHELL_API_REQUEST", "")
    if not token:
        return False
    # Trimmed first: all clients of today. Old ones sign with the bytes of the file as they are.
    keys = [key for content in pair.contents() for key in (content.strip(), content) if key]
    return any(_verifies(token, key) for key in dict.fromkeys(keys))


def _verifies(token: str, key: bytes) -> bool:
    try:
        _decoder.decode(
            token,
            key,
            algorithms=["HS256"],
            issuer="gitlab-shell",
            leeway=JWT_LEEWAY,
            options={"verify_iat": False, "verify_aud": False},
        )
    except (jwt.PyJWTError, ValueError):
        return False
    return True
