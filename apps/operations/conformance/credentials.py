"""How each generation of clients proves who it is, and how somebody else would try."""

import base64
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt

from apps.core import secret_files
from apps.core.secret_files import MalformedSecret

SHELL_LIFETIME = 60  # seconds, as GitLab Shell and Gitaly set it
KAS_LIFETIME = 5  # seconds, as kas sets it
Headers = dict[str, str]


class UnusableSecret(ValueError):
    """A file that was named holds no secret, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """The secrets that the tested server shares with its clients. Checks without theirs are skipped."""

    shell: bytes
    kas: bytes | None = None
    agent: str | None = None
    admin: str | None = None
    workhorse: bytes | None = None

    def shell_header(self) -> Headers:
        """GitLab Shell up to 14.12, Gitaly up to 15.5: the bytes of the file in Base64."""
        return {"Gitlab-Shared-Secret": base64.b64encode(self.shell).decode()}

    def shell_token(self, *, key: bytes | None = None, age: float = 0, **claims: Any) -> Headers:
        """GitLab Shell from 14.12, Gitaly from 15.5: a token keyed with the trimmed secret."""
        now = int(time.time() - age)
        claims = {"iss": "gitlab-shell", "iat": now, "exp": now + SHELL_LIFETIME, **claims}
        return {"Gitlab-Shell-Api-Request": signed(claims, self.shell.strip() if key is None else key)}

    def kas_token(self, *, key: bytes | None = None, age: float = 0, **claims: Any) -> Headers:
        """Every kas: a token of five seconds, with moments as floats and a list as audience."""
        now = round(time.time() - age, 6)
        moments = {"iat": now, "nbf": now - KAS_LIFETIME, "exp": now + KAS_LIFETIME}
        whole = {"iss": "gitlab-kas", "aud": ["gitlab"], **moments, **claims}
        return {"Gitlab-Kas-Api-Request": signed(whole, key or self.kas or b"")}

    def workhorse_token(self, *, key: bytes | None = None) -> Headers:
        """Every Workhorse: a token without any time."""
        claims = {"iss": "gitlab-workhorse"}
        return {"Gitlab-Workhorse-Api-Request": signed(claims, key or self.workhorse or b"")}

    def for_agent(self) -> Headers:
        """What kas sends for an agent."""
        return {**self.kas_token(), "Authorization": f"Bearer {self.agent}"}


def signed(claims: Mapping[str, Any], key: bytes) -> str:
    """Sign with HS256 and a key of any length: servers have secrets of any length."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", jwt.InsecureKeyLengthWarning)
        return jwt.encode(dict(claims), key, algorithm="HS256")


def basic(login: str, password: str) -> Headers:
    """What a person types, through git."""
    return {"Authorization": f"Basic {base64.b64encode(f'{login}:{password}'.encode()).decode()}"}


def unsigned(claims: Mapping[str, Any]) -> str:
    """Make a token that claims to need no signature."""
    return jwt.encode(dict(claims), "", algorithm="none")


def read(
    shell: Path,
    kas: Path | None = None,
    agent: Path | None = None,
    admin: Path | None = None,
    workhorse: Path | None = None,
) -> Credentials:
    """Read the files; those of the components as these read them.

    Raises:
        UnusableSecret: one cannot be read, or is empty, or holds no key.
    """
    return Credentials(
        shell=_content(shell),
        kas=_key(kas),
        agent=_text(agent),
        admin=_text(admin),
        workhorse=_key(workhorse),
    )


def _key(path: Path | None) -> bytes | None:
    try:
        return secret_files.signing_key(_content(path)) if path else None
    except MalformedSecret as error:
        raise UnusableSecret(f"{path}: {error}") from error


def _text(path: Path | None) -> str | None:
    return _content(path).decode("utf-8", "replace").strip() if path else None


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnusableSecret(f"{path}: {error.strerror or error}") from error
    if not content.strip():
        raise UnusableSecret(f"{path} is empty.")
    return content
