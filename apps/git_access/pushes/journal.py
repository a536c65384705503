"""Finished pushes that the database did not take: kept as files beside it, and taken in when it does.

Gitaly says once that a push is finished, and nobody repeats it. So what cannot be recorded within the
database's patience becomes a file in ``DATA/journal``, on disk before Gitaly is answered. Each web process
takes in what lies there. The receipt makes it one record, also when a commit was lost on the way back or two
processes read the same file.
"""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction

from apps.git_access.pushes.push_options import PushOptions
from apps.git_access.pushes.records import Push, record
from apps.git_access.repositories import ids
from apps.ssh_keys import actors
from apps.ssh_keys.actors import Claim

log = structlog.get_logger(__name__)


def keep(push: Push, *, receipt: UUID, now: datetime) -> None:
    """Write a push to its file, and return when it is on disk.

    Raises:
        OSError: it cannot be written.
    """
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{now:%Y%m%dT%H%M%S.%f}-{receipt}.json"
    unfinished = path.with_suffix(".new")
    with unfinished.open("x") as file:
        json.dump(_entry(push, receipt=receipt, now=now), file)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
    _sync(folder)
    log.warning("push journaled", gl_repository=push.repository.gl_repository, receipt=str(receipt))


def take_in() -> int:
    """Record the pushes that were kept, the oldest first, and return how many there were.

    Raises:
        DatabaseError: the database does not take them yet; they stay.
    """
    taken = 0
    for path in waiting():
        try:
            _take(json.loads(path.read_text()))
        except FileNotFoundError:  # another process was faster
            continue
        except (ValueError, LookupError, TypeError):
            log.exception("journaled push cannot be read", file=path.name)
            path.rename(path.with_suffix(".unreadable"))
            continue
        path.unlink(missing_ok=True)
        taken += 1
    return taken


def waiting() -> list[Path]:
    """Return the files of pushes that have not been taken in, the oldest first."""
    return sorted(_folder().glob("*.json"))


def _take(entry: dict[str, Any]) -> None:
    options = PushOptions(raw=tuple(entry["raw_options"]), parsed=entry["options"])
    push = Push(
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
        log.info("journaled push was recorded already", receipt=str(receipt))
    else:
        log.info("journaled push taken in", receipt=str(receipt))


def _entry(push: Push, *, receipt: UUID, now: datetime) -> dict[str, Any]:
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


def _folder() -> Path:
    return Path(settings.DATA) / "journal"


def _sync(folder: Path) -> None:
    """Let the new name reach the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
