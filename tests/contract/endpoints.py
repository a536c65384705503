"""The table of every endpoint, in the document's order. A new route needs one row here.

``path`` is written as the document writes it: below ``/api/v4``, with ``:id`` for what varies.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

import jwt

from tests.callers import shell_token
from tests.factories.directory import PersonalAccessTokenFactory, UserFactory


@dataclass(frozen=True, slots=True)
class Consumer:
    """A program that calls us: a credential of its own, and what everybody else is told in its place."""

    name: str
    credential: Callable[[], dict[str, str]]
    refusal: dict[str, str]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row: where the document speaks of the endpoint, how it is called, and by whom."""

    heading: str
    method: str
    path: str
    caller: Consumer
    note: str = ""

    @property
    def url(self) -> str:
        """A path that the route takes."""
        return "/api/v4" + re.sub(r":\w+", "1", self.path)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def kas_token() -> dict[str, str]:
    """What kas sends; its secret is not the one of GitLab Shell."""
    now = int(time.time())
    claims = {"iss": "gitlab-kas", "aud": "gitlab", "iat": now, "exp": now + 60}
    return {"Gitlab-Kas-Api-Request": jwt.encode(claims, b"the secret that kas alone has got", "HS256")}


def admin_token() -> dict[str, str]:
    """What CustomersDot sends: the token of an administrator."""
    token = "glpat-0123456789abcdefghij"
    user = UserFactory.create(admin=True)
    PersonalAccessTokenFactory.create(user=user, token_digest=sha256(token.encode()).hexdigest())
    return {"PRIVATE-TOKEN": token}


UNAUTHORIZED = {"message": "401 Unauthorized"}

SHELL = Consumer("GitLab Shell and Gitaly", shell_token, UNAUTHORIZED)
KAS = Consumer("GitLab Agent Server", kas_token, UNAUTHORIZED)
CUSTOMERS_DOT = Consumer("CustomersDot", admin_token, UNAUTHORIZED)
CONSUMERS = (SHELL, KAS, CUSTOMERS_DOT)

ENDPOINTS = (
    Endpoint("Git Authentication", "POST", "/internal/allowed", SHELL),
    Endpoint(
        "LFS Authentication",
        "POST",
        "/internal/lfs_authenticate",
        SHELL,
        note="there is no line with the route; method and path are those of the curl line",
    ),
    Endpoint("Authorized Keys Check", "GET", "/internal/authorized_keys", SHELL),
    Endpoint("Get user for user ID or key", "GET", "/internal/discover", SHELL),
    Endpoint("Instance information", "GET", "/internal/check", SHELL),
    Endpoint("Incrementing counter on pre-receive", "POST", "/internal/pre_receive", SHELL),
    Endpoint("PostReceive", "POST", "/internal/post_receive", SHELL),
    Endpoint("LFS object", "GET", "/internal/lfs", SHELL, note="not in the document; Gitaly calls it"),
)
