"""Finished pushes that the database did not take: kept as files beside it, and taken in when it does.

Gitaly says once that a push is finished, and nobody repeats it. So what cannot be recorded within the
database's patience becomes a file in ``DATA/journal``, on disk before Gitaly is answered. Each web process
takes in what lies there. The receipt makes it one record, also when a commit was lost on the way back or two
processes read the same file.

A disk that is full takes no file either. So room is kept for those pushes that are under way, and no push
begins to change refs while that room cannot be had.
"""

import errno
import json
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction

from apps.git_access.models import PushRecord
from apps.git_access.pushes.push_options import PushOptions
from apps.git_access.pushes.records import FinishedPush, record
from apps.git_access.repositories import ids
from apps.ssh_keys import actors
from apps.ssh_keys.actors import Claim

log = structlog.get_logger(__name__)

ROOM = 4 << 20  # bytes, kept for the pushes that are under way
SHARE = 64 << 10  # bytes of it, given up for one push at a time
_SET_ASIDE = ".set-aside"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class JournalFull(Exception):
    """The disk is full: if the push were finished now, it might be lost."""


def keep_room() -> None:
    """Have room on the disk for the pushes that are under way; a look at one file, as long as it is there.

    Raises:
        JournalFull: there is none.
    """
    with suppress(FileNotFoundError):
        if _room().stat().st_blocks * 512 >= ROOM:
            return
    try:
        _folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        with _room().open("ab") as file:
            os.posix_fallocate(file.fileno(), 0, ROOM)
    except OSError as error:
        if error.errno in _FULL:
            raise JournalFull from error
        log.warning("no room can be kept for the journal", exc_info=True)


def keep(push: FinishedPush, *, receipt: UUID, now: datetime) -> None:
    """Write a push to its file, and return when it is on disk.

    Raises:
        OSError: it cannot be written.
    """
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{now:%Y%m%dT%H%M%S.%f}-{receipt}.json"
    entry = json.dumps(_entry(push, receipt=receipt, now=now))
    while True:
        try:
            _write(path, entry)
            break
        except OSError as error:
            if error.errno not in _FULL or not _give_up_room(len(entry) + SHARE):
                raise
    log.warning("push journaled", gl_repository=push.repository.gl_repository, receipt=str(receipt))


def _write(path: Path, entry: str) -> None:
    unfinished = path.with_suffix(".new")
    try:
        with unfinished.open("w") as file:
            file.write(entry)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
        _sync(path.parent)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


def _give_up_room(size: int) -> bool:
    """Give up so many bytes of the room that was kept; false when there are none left."""
    try:
        left = _room().stat().st_size
    except FileNotFoundError:
        return False
    os.truncate(_room(), max(0, left - size))
    return left > 0


def take_in() -> int:
    """Record the pushes that were kept, the oldest first, and return how many there were.

    One that cannot be recorded holds up none of the others: its file is set aside, for an operator.

    Raises:
        OperationalError, InterfaceError: the database does not take them yet; they stay.
    """
    taken = 0
    for path in waiting():
        try:
            _take(json.loads(path.read_text()))
        except FileNotFoundError:  # another process was faster
            continue
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("journaled push set aside", file=path.name)
            path.rename(path.with_suffix(_SET_ASIDE))
            continue
        path.unlink(missing_ok=True)
        taken += 1
    return taken


def waiting() -> list[Path]:
    """Return the files of pushes that have not been taken in, the oldest first."""
    return sorted(_folder().glob("*.json"))


def set_aside() -> list[Path]:
    """Return the files of pushes that could not be recorded, and that nobody tries again."""
    return sorted(_folder().glob(f"*{_SET_ASIDE}"))


def _take(entry: dict[str, Any]) -> None:
    options = PushOptions(raw=tuple(entry["raw_options"]), parsed=entry["options"])
    push = FinishedPush(
        repository=ids.parse(entry["gl_repository"]),
        identifier=entry["identifier"],
        changes=entry["changes"],
        options=options,
        correlation_id=entry["correlation_id"],
    )
    receipt, now = UUID(entry["receipt"]), datetime.fromisoformat(entry["received_at"])
    try:
        with transaction.atomic():
            actor = actors.find(Claim(identifier=push.identifier))
            record(push, actor=actor, receipt=receipt, now=now)
    except IntegrityError:
        if not PushRecord.objects.filter(receipt=receipt).exists():
            raise
        log.info("journaled push was recorded already", receipt=str(receipt))
    else:
        log.info("journaled push taken in", receipt=str(receipt))


def _entry(push: FinishedPush, *, receipt: UUID, now: datetime) -> dict[str, Any]:
    return {
        "receipt": str(receipt),
        "received_at": now.isoformat(),
        "gl_repository": push.repository.gl_repository,
        "identifier": push.identifier,
        "changes": push.changes,
        "raw_options": push.options.raw,
        "options": push.options.parsed,
        "correlation_id": push.correlation_id,
    }


def _room() -> Path:
    return _folder() / "room"


def _folder() -> Path:
    return Path(settings.DATA) / "journal"


def _sync(folder: Path) -> None:
    """Let the new name reach the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
