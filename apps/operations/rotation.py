"""Rotating the secrets of an instance: the new one counts at once, the old one until it is retired."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from django.conf import settings

from apps.core import encryption, secret_files, secret_uses
from apps.core.counting import counted
from apps.core.secret_files import SecretFile
from apps.operations import stored_secrets


class SecretName(StrEnum):
    """The secrets that can be rotated."""

    SHELL = "shell"
    KAS = "kas"
    WORKHORSE = "workhorse"
    ENCRYPTION = "encryption"


class PreviousStillCounts(Exception):
    """A rotation is open: one more could end a secret that somebody still uses."""


class NothingToRetire(Exception):
    """No older secret counts."""


class StillNeeded(Exception):
    """An older secret was used a short while ago, or a stored value is under it."""


@dataclass(frozen=True, slots=True)
class Generation:
    """A secret that counts. ``since`` is when it came or, of a previous one, when it was replaced.

    ``last_used_at`` is what this host has seen, to the minute.
    """

    secret: SecretName
    state: str
    identifier: str
    file: Path
    mode: str
    since: datetime
    last_used_at: datetime | None


def generations(name: SecretName) -> list[Generation]:
    """Return the secrets that count under a name, the current one first."""
    found = []
    for position, (file, content) in enumerate(_place(name).live()):
        status = file.stat()
        found.append(
            Generation(
                secret=name,
                state="previous" if position else "current",
                identifier=secret_uses.identifier(content),
                file=file,
                mode=f"{status.st_mode & 0o777:04o}",
                since=datetime.fromtimestamp(status.st_mtime, UTC),
                last_used_at=secret_uses.last(content),
            )
        )
    return found


def rotate(name: SecretName, *, force: bool = False) -> None:
    """Make a new secret the current one; the one before it goes on counting.

    Raises:
        PreviousStillCounts: there is a previous one already, and ``force`` was not given.
        OSError: the files cannot be written.
    """
    place = _place(name)
    with _alone(place.folder):
        if len(place.live()) > 1 and not force:
            raise PreviousStillCounts(f"The previous secret of {name} still counts: retire it first.")
        place.add()


def retire(name: SecretName, *, idle: timedelta, now: datetime, force: bool = False) -> list[str]:
    """Let only the current secret count, and return the identifiers of those that have gone.

    Raises:
        NothingToRetire: no other one counts.
        StillNeeded: one was used less than ``idle`` ago, which ``force`` overrides; or a stored value needs
            one, which nothing overrides.
        OSError: the files cannot be written.
    """
    place = _place(name)
    with _alone(place.folder):
        older = [content for _, content in place.live()[1:]]
        if not older:
            raise NothingToRetire(f"There is no previous secret of {name}.")
        if name is SecretName.ENCRYPTION:
            _require_all_renewed()
        if not force:
            _require_idle(older, since=now - idle)
        place.drop_older()
    for content in older:
        secret_uses.forget(content)
    return [secret_uses.identifier(content) for content in older]


def match(name: SecretName, offered: bytes) -> str | None:
    """Return the state of the secret that equals ``offered``, white space around it apart."""
    live = [content.strip() for _, content in _place(name).live()]
    equal = secret_files.equal(offered.strip(), live)
    return None if equal is None else ("previous" if live.index(equal) else "current")


def _require_idle(older: list[bytes], *, since: datetime) -> None:
    for content in older:
        last = secret_uses.last(content)
        if last is not None and last > since:
            raise StillNeeded(f"The previous secret was used at {last:%Y-%m-%d %H:%M} UTC.")


def _require_all_renewed() -> None:
    found = stored_secrets.survey(stored_secrets.pages())
    if found.older:
        raise StillNeeded(
            f"{counted(found.older, 'stored secret is', 'stored secrets are')} under an older key: "
            "run `manage.py secret reencrypt`."
        )


class _Place(Protocol):
    """Where the generations of a secret lie."""

    folder: Path

    def live(self) -> list[tuple[Path, bytes]]: ...
    def add(self) -> None: ...
    def drop_older(self) -> None: ...


class _Pair:
    """The current secret in one file, the previous one in another: clients read the first as it is."""

    def __init__(self, current: Path, previous: Path, new: Callable[[], bytes]) -> None:
        self.folder, self._current, self._previous, self._new = current.parent, current, previous, new

    def live(self) -> list[tuple[Path, bytes]]:
        files = (self._current, self._previous)
        found = [(file, content) for file in files if (content := SecretFile(file).content())]
        # Equal are the two of a rotation that was cut off after its first step.
        return found[:1] if len({content for _, content in found}) == 1 else found

    def add(self) -> None:
        # In this order the old secret stands in one of the files at any moment.
        if self._current.exists():
            secret_files.replace(self._previous, self._current.read_bytes())
        secret_files.replace(self._current, self._new())

    def drop_older(self) -> None:
        self._previous.unlink()


class _Lines:
    """All keys in one file, the newest first; none is dropped while a value may need it."""

    def __init__(self, file: Path) -> None:
        self.folder, self._file = file.parent, file

    def live(self) -> list[tuple[Path, bytes]]:
        return [(self._file, line) for line in SecretFile(self._file).content().split()]

    def add(self) -> None:
        self._write([encryption.new_key().strip(), *(line for _, line in self.live())])

    def drop_older(self) -> None:
        self._write([line for _, line in self.live()[:1]])

    def _write(self, lines: list[bytes]) -> None:
        secret_files.replace(self._file, b"".join(line + b"\n" for line in lines))


def _place(name: SecretName) -> _Place:
    match name:
        case SecretName.SHELL:
            files = (settings.SHELL_SECRET_FILE, settings.SHELL_PREVIOUS_SECRET_FILE)
            return _Pair(*files, secret_files.new_shell_secret)
        case SecretName.KAS:
            files = (settings.KAS_SECRET_FILE, settings.KAS_PREVIOUS_SECRET_FILE)
            return _Pair(*files, secret_files.new_signing_secret)
        case SecretName.WORKHORSE:
            files = (settings.WORKHORSE_SECRET_FILE, settings.WORKHORSE_PREVIOUS_SECRET_FILE)
            return _Pair(*files, secret_files.new_signing_secret)
        case SecretName.ENCRYPTION:
            return _Lines(settings.ENCRYPTION_KEYS_FILE)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let two rotations of one folder follow one another."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
