"""System checks: configuration errors have an id and a hint instead of a failing request."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register

from gitlab_internal import encryption
from gitlab_internal.secret_files import MalformedSecret, kas_key

MIN_SECRET_LENGTH = 16  # bytes


@register()
def secret_files(**kwargs: Any) -> list[CheckMessage]:
    """Every secret file exists, is private, and holds a good secret; only who runs kas needs its file."""
    return [
        *_missing("SHELL_SECRET_FILE", settings.SHELL_SECRET_FILE),
        *_about(settings.SHELL_SECRET_FILE, _about_length),
        *_about(settings.KAS_SECRET_FILE, _about_kas_key),
        # An instance without authenticator apps needs no keys; keys that are there must be good.
        *_about(settings.ENCRYPTION_KEYS_FILE, _about_encryption_keys),
    ]


@register(deploy=True)
def kas_secret_file(**kwargs: Any) -> list[CheckMessage]:
    """An instance in production has the secret file that it shares with kas."""
    return list(_missing("KAS_SECRET_FILE", settings.KAS_SECRET_FILE))


def _missing(setting: str, path: Path) -> Iterator[CheckMessage]:
    if not path.is_file():
        hint = f"Create it with mode 0600, or let {setting} name another file."
        yield Error(f"The secret file {path} is missing.", hint=hint, id="gitlab_internal.E001")


def _about(path: Path, about_content: Callable[[Path], Iterator[CheckMessage]]) -> Iterator[CheckMessage]:
    if not path.is_file():
        return
    if path.stat().st_mode & 0o077:
        yield Error(
            f"The secret file {path} can be read by others.",
            hint=f"chmod 600 {path}",
            id="gitlab_internal.E002",
        )
    yield from about_content(path)


def _about_length(path: Path) -> Iterator[CheckMessage]:
    if len(path.read_bytes().strip()) < MIN_SECRET_LENGTH:
        yield checks.Warning(
            f"The secret in {path} is shorter than {MIN_SECRET_LENGTH} bytes.",
            hint="Generate a longer one; every component that shares it needs it too.",
            id="gitlab_internal.W001",
        )


def _about_kas_key(path: Path) -> Iterator[CheckMessage]:
    try:
        kas_key(path.read_bytes())
    except MalformedSecret as error:
        yield Error(
            f"The secret in {path} is no key of kas: {error}.",
            hint="It must be the strict Base64 text of exactly 32 random bytes; kas needs the same file.",
            id="gitlab_internal.E003",
        )


def _about_encryption_keys(path: Path) -> Iterator[CheckMessage]:
    try:
        encryption.require_keys()
    except encryption.NoEncryptionKey:
        yield Error(
            f"The file of encryption keys {path} is malformed.",
            hint="One key a line, as manage.py rotate_encryption_key writes them. Restore it from a backup.",
            id="gitlab_internal.E004",
        )
