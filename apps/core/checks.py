"""System checks: configuration errors have an id and a hint instead of a failing request."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register

from apps.core import encryption
from apps.core.kas.addresses import UnusableKasAddress, address_of
from apps.core.secret_files import MalformedSecret, signing_key, without_line_end

MIN_SECRET_LENGTH = 16  # bytes
INSTANCE = "instance"  # the tag of what can be wrong with an instance, where the code is as it was delivered


@register(INSTANCE)
def secret_files(**kwargs: Any) -> list[CheckMessage]:
    """Every secret file exists, is private, and holds a good secret; those of kas and Workhorse may lack."""
    return [*about_shell(), *about_kas(), *about_workhorse(), *about_encryption()]


@register(INSTANCE, deploy=True)
def kas_secret_file(**kwargs: Any) -> list[CheckMessage]:
    """An instance in production has the secret file that it shares with kas."""
    return list(_missing("KAS_SECRET_FILE", settings.KAS_SECRET_FILE))


@register(INSTANCE, deploy=True)
def workhorse_secret_file(**kwargs: Any) -> list[CheckMessage]:
    """An instance in production has the secret file that it shares with Workhorse."""
    return list(_missing("WORKHORSE_SECRET_FILE", settings.WORKHORSE_SECRET_FILE))


@register(INSTANCE)
def kas_address(**kwargs: Any) -> list[CheckMessage]:
    """Where kas is told of pushes, if it is."""
    try:
        if settings.GITLAB_KAS:
            address_of(settings.GITLAB_KAS)
    except UnusableKasAddress:
        error = Error(
            f"GITLAB_KAS is {settings.GITLAB_KAS!r}, which is no address of kas.",
            hint="grpc://HOST:PORT, or grpcs://HOST:PORT for TLS, as kas has it in api.listen.",
            id="gitlab_internal.E005",
        )
        return [error]
    return []


def about_shell() -> Iterator[CheckMessage]:
    """What is wrong with the secret of GitLab Shell and Gitaly, and the one before it."""
    yield from _missing("SHELL_SECRET_FILE", settings.SHELL_SECRET_FILE)
    for path in (settings.SHELL_SECRET_FILE, settings.SHELL_PREVIOUS_SECRET_FILE):
        yield from _about(path, _about_text)


def about_kas() -> Iterator[CheckMessage]:
    """What is wrong with the secret of kas and the one before it."""
    for path in (settings.KAS_SECRET_FILE, settings.KAS_PREVIOUS_SECRET_FILE):
        yield from _about(path, _about_key_of("kas"))


def about_workhorse() -> Iterator[CheckMessage]:
    """What is wrong with the secret of Workhorse and the one before it."""
    for path in (settings.WORKHORSE_SECRET_FILE, settings.WORKHORSE_PREVIOUS_SECRET_FILE):
        yield from _about(path, _about_key_of("Workhorse"))


def about_encryption() -> Iterator[CheckMessage]:
    """What is wrong with the encryption keys; an instance that has encrypted nothing needs none."""
    yield from _about(settings.ENCRYPTION_KEYS_FILE, _about_encryption_keys)


def _missing(setting: str, path: Path) -> Iterator[CheckMessage]:
    if not path.is_file():
        hint = f"Create it with mode 0600, or let {setting} name another file."
        yield Error(f"The secret file {path} is missing.", hint=hint, id="gitlab_internal.E001")


def _about(path: Path, about_content: Callable[[Path], Iterator[CheckMessage]]) -> Iterator[CheckMessage]:
    if not path.is_file():
        return
    status = path.stat()
    if status.st_mode & 0o077:
        yield Error(
            f"The secret file {path} can be read by others.",
            hint=f"chmod 600 {path}",
            id="gitlab_internal.E002",
        )
    owner = path.parent.stat().st_uid
    if status.st_uid != owner:
        yield checks.Warning(
            f"The secret file {path} belongs to user {status.st_uid}, its folder to user {owner}.",
            hint=f"chown {owner} {path}, if that is who runs the instance.",
            id="gitlab_internal.W002",
        )
    yield from about_content(path)


def _about_text(path: Path) -> Iterator[CheckMessage]:
    content = path.read_bytes()
    if len(content.strip()) < MIN_SECRET_LENGTH:
        yield checks.Warning(
            f"The secret in {path} is shorter than {MIN_SECRET_LENGTH} bytes.",
            hint="Generate a longer one; every component that shares it needs it too.",
            id="gitlab_internal.W001",
        )
    if without_line_end(content) != content.strip():
        yield checks.Warning(
            f"The secret in {path} has white space around it.",
            hint="Clients of different age trim it differently: leave one line end at most.",
            id="gitlab_internal.W003",
        )


def _about_key_of(program: str) -> Callable[[Path], Iterator[CheckMessage]]:
    def about_key(path: Path) -> Iterator[CheckMessage]:
        try:
            signing_key(path.read_bytes())
        except MalformedSecret as error:
            yield Error(
                f"The secret in {path} is no key of {program}: {error}.",
                hint=f"It must be strict Base64 of exactly 32 random bytes; {program} needs the same file.",
                id="gitlab_internal.E003",
            )

    return about_key


def _about_encryption_keys(path: Path) -> Iterator[CheckMessage]:
    try:
        encryption.live_keys()
    except encryption.NoEncryptionKey:
        yield Error(
            f"The file of encryption keys {path} is malformed.",
            hint="One key a line, as `manage.py secret rotate encryption` writes them; restore it.",
            id="gitlab_internal.E004",
        )
