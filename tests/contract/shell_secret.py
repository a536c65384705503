"""The two secret files of GitLab Shell, and the tokens that are signed with them."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt

SECRET = b"fedcba9876543210fedcba9876543210"
LIFETIME = 60  # seconds


@dataclass(frozen=True, slots=True)
class SecretFiles:
    """Where the current and the previous secret lie."""

    current: Path
    previous: Path
    content: bytes = SECRET + b"\n"


def token(key: Any, *, algorithm: str = "HS256", **claims: Any) -> dict[str, str]:
    """Sign as gitlab-shell does; a claim that is ``None`` is left out."""
    now = int(time.time())
    standard: dict[str, Any] = {"iss": "gitlab-shell", "iat": now, "exp": now + LIFETIME}
    given = {name: value for name, value in {**standard, **claims}.items() if value is not None}
    return {"Gitlab-Shell-Api-Request": jwt.encode(given, key, algorithm=algorithm)}
