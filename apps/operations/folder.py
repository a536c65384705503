"""The folder of an instance: its secrets and its settings file. What exists is never overwritten."""

import contextlib
import os
import re
import secrets
import shlex
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from apps.core import encryption
from apps.core.secret_files import new_shell_secret, new_signing_secret

ADMIN_TOKEN = "admin_token"  # noqa: S105 -- the name of a file
AGENT_TOKEN = "agent_token"  # noqa: S105 -- the name of a file
FIRST_PASSWORD = "first_password"  # noqa: S105 -- the name of a file
SETTINGS_FILE = "env"

_LOOPBACK = re.compile(r"http://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?/?")
_SETTINGS = """\
# Settings of this instance, one NAME=value a line, of two lines the later one. README.md lists
# them; the process environment wins.
# GITALY_STORAGES names where each storage's Gitaly listens, and its token if it wants one, such as
# GITALY_STORAGES={"default": {"address": "unix:/run/gitaly.socket"}}
"""
# Where GitLab's document says that its Gitaly listens: requests about its examples answer as printed there.
EXAMPLE_SETTINGS = {
    "GITALY_STORAGES": '{"default": {"address": "unix:/Users/bvl/repos/gitlab/gitaly.socket"}}'
}


def create(*, first_settings: Mapping[str, str] | None = None) -> list[Path]:
    """Create what the folder lacks, each file with mode 0600, and return what was created.

    ``first_settings`` stand in a new settings file, so that every later command knows of them.
    """
    settings.DATA.mkdir(mode=0o700, parents=True, exist_ok=True)
    return [path for path, content in _wanted(first_settings or {}) if _create(path, content)]


def follow_address(name: str, url: str) -> str:
    """Write ``url`` where the settings file names another port of this machine; return what stood there.

    An address that somebody chose, by a name or with a path, stays.
    """
    path = settings.DATA / SETTINGS_FILE
    text = path.read_text()
    lines = re.findall(rf"^{name}=(.*)$", text, re.MULTILINE)
    if not lines or lines[-1] == url or not is_loopback(lines[-1]):
        return ""
    _replace(path, text.replace(f"{name}={lines[-1]}\n", f"{name}={url}\n").encode())
    return str(lines[-1])


def is_loopback(url: str) -> bool:
    """Return whether it names a port of this machine and nothing else, as ``serve`` writes it."""
    return _LOOPBACK.fullmatch(url) is not None


def secret_files() -> dict[str, Path]:
    """Return every file that holds a secret of the instance, by the name that it has in a backup."""
    return {
        "shell_secret": settings.SHELL_SECRET_FILE,
        "shell_secret.previous": settings.SHELL_PREVIOUS_SECRET_FILE,
        "kas_secret": settings.KAS_SECRET_FILE,
        "kas_secret.previous": settings.KAS_PREVIOUS_SECRET_FILE,
        "workhorse_secret": settings.WORKHORSE_SECRET_FILE,
        "workhorse_secret.previous": settings.WORKHORSE_PREVIOUS_SECRET_FILE,
        "encryption_keys": settings.ENCRYPTION_KEYS_FILE,
        "secret_key": settings.SECRET_KEY_FILE,
        ADMIN_TOKEN: settings.DATA / ADMIN_TOKEN,
        AGENT_TOKEN: settings.DATA / AGENT_TOKEN,
        SETTINGS_FILE: settings.DATA / SETTINGS_FILE,  # it may hold passwords and tokens
    }


def in_shell(path: Path, *, base64: bool = False) -> str:
    """Return what a shell replaces by the content of a file, between double quotes, too."""
    name = shlex.quote(str(path))
    return f"$(base64 < {name} | tr -d '\\n')" if base64 else f"$(cat {name})"


def keep_password(password: str) -> Path:
    """Write the administrator's first password where only the owner of the instance can read it."""
    path = settings.DATA / FIRST_PASSWORD
    path.unlink(missing_ok=True)
    _create(path, f"{password}\n".encode())
    return path


def token(name: str) -> str:
    """Return the raw token in one of the folder's token files."""
    return (settings.DATA / name).read_text().strip()


def _wanted(first_settings: Mapping[str, str]) -> list[tuple[Path, bytes]]:
    lines = "".join(f"{name}={value}\n" for name, value in first_settings.items())
    wanted = [
        (settings.SHELL_SECRET_FILE, new_shell_secret()),
        (settings.KAS_SECRET_FILE, new_signing_secret()),
        (settings.WORKHORSE_SECRET_FILE, new_signing_secret()),
        (settings.ENCRYPTION_KEYS_FILE, encryption.new_key()),
        (settings.DATA / ADMIN_TOKEN, f"glpat-{secrets.token_urlsafe(15)}\n".encode()),
        (settings.DATA / AGENT_TOKEN, f"{secrets.token_urlsafe(38)[:50]}\n".encode()),
        (settings.DATA / SETTINGS_FILE, f"{_SETTINGS}{lines}".encode()),
    ]
    if not os.environ.get("SECRET_KEY"):
        wanted.append((settings.SECRET_KEY_FILE, f"{secrets.token_urlsafe(64)}\n".encode()))
    return wanted


def _create(path: Path, content: bytes) -> bool:
    """Create the file whole or not at all: nobody ever reads half a secret."""
    if path.exists():
        return False
    draft = _draft(path, content)
    try:
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
            return True
    finally:
        draft.unlink()
    return False


def _replace(path: Path, content: bytes) -> None:
    draft = _draft(path, content)
    draft.chmod(stat.S_IMODE(path.stat().st_mode))
    draft.replace(path)


def _draft(path: Path, content: bytes) -> Path:
    """Write a file beside the one that it is to become, for its owner only."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name.lstrip('.')}-")  # mode 0600
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return Path(name)
