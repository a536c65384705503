"""How a client proves that it has read the secret file; this changed three times over the years."""

import base64
import enum
import hashlib
import hmac

from tests.gitaly_double import go_json
from tests.gitaly_double.versions import Version

LIFETIME = 60  # seconds


class Generation(enum.StrEnum):
    """Which headers are sent, and what the JWT is signed with."""

    SHARED_SECRET = "shared-secret"
    BOTH_UNTRIMMED = "both-untrimmed"
    BOTH_TRIMMED = "both-trimmed"
    JWT = "jwt"


def of_gitaly(version: Version) -> Generation:
    """Return what Gitaly of this version sends."""
    return _first(version, jwt=(15, 6), both_trimmed=(15, 5), both_untrimmed=(15, 2))


def of_shell(version: Version) -> Generation:
    """Return what gitlab-shell of this version sends."""
    return _first(version, jwt=(14, 13), both_trimmed=(14, 12), both_untrimmed=(13, 26))


def _first(version: Version, **since: tuple[int, int]) -> Generation:
    for name, first in since.items():
        if version >= first:
            return Generation[name.upper()]
    return Generation.SHARED_SECRET


def credentials(generation: Generation, *, secret: bytes, at: int) -> dict[str, str]:
    """Return the headers for one request made at ``at``; ``secret`` is the file's content as it is."""
    headers = {}
    if generation is not Generation.JWT:
        headers["Gitlab-Shared-Secret"] = base64.b64encode(secret).decode()
    if generation is not Generation.SHARED_SECRET:
        key = secret if generation is Generation.BOTH_UNTRIMMED else secret.strip()
        headers["Gitlab-Shell-Api-Request"] = json_web_token(key=key, at=at)
    return headers


def json_web_token(*, key: bytes, at: int) -> str:
    """Return an HS256 token with the claims that both clients send."""
    header = go_json.encode({"alg": "HS256", "typ": "JWT"})
    claims = go_json.encode({"iss": "gitlab-shell", "exp": at + LIFETIME, "iat": at})
    signed = f"{_segment(header)}.{_segment(claims)}"
    signature = hmac.new(key, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_segment(signature)}"


def _segment(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
