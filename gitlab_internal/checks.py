"""System checks: configuration errors have an id and a hint instead of a failing request."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register

from gitlab_internal import encryption

MIN_SECRET_LENGTH = 16  # bytes


@register()
def secret_files(**kwargs: Any) -> list[CheckMessage]:
    """Every secret file exists, is private, and is long enough."""
    return [
        *_about("SHELL_SECRET_FILE", settings.SHELL_SECRET_FILE),
        *_encryption_keys("ENCRYPTION_KEYS_FILE", settings.ENCRYPTION_KEYS_FILE),
    ]


def _encryption_keys(setting: str, path: Path) -> Iterator[CheckMessage]:
    """An instance without authenticator apps needs no keys; keys that are there must be good."""
    if not path.is_file():
        return
    yield from _about(setting, path)
    try:
        encryption.require_keys()
    except encryption.NoEncryptionKey:
        yield Error(
            f"The file of encryption keys {path} is malformed.",
            hint="One key a line, as manage.py rotate_encryption_key writes them. Restore it from a backup.",
            id="gitlab_internal.E003",
        )


def _about(setting: str, path: Path) -> Iterator[CheckMessage]:
    hint = f"Create it with mode 0600, or let {setting} name another file."
    if not path.is_file():
        yield Error(f"The secret file {path} is missing.", hint=hint, id="gitlab_internal.E001")
        return
    if path.stat().st_mode & 0o077:
        yield Error(
            f"The secret file {path} can be read by others.",
            hint=f"chmod 600 {path}",
            id="gitlab_internal.E002",
        )
    if len(path.read_bytes().strip()) < MIN_SECRET_LENGTH:
        yield checks.Warning(
            f"The secret in {path} is shorter than {MIN_SECRET_LENGTH} bytes.",
            hint="Generate a longer one; every component that shares it needs it too.",
            id="gitlab_internal.W001",
        )
