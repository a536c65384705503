"""Locks of LFS over HTTP: one table for all branches, in pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from apps.core.identifiers import number
from apps.core.json_values import storable_text
from apps.directory.models import AccessLevel
from apps.git_access.models import LfsFileLock
from apps.git_access.models.locks import LONGEST, may_match

PAGE = 100  # locks, at most


class BlankPath(ValueError):
    """There is no path, or nothing in it."""


class InvalidPath(ValueError):
    """No file of a repository can have this path."""


class UnknownLock(LookupError):
    """The project has no such lock."""


class AlreadyLocked(Exception):
    """Somebody has locked the path."""

    def __init__(self, lock: LfsFileLock) -> None:
        super().__init__(lock.path)
        self.lock = lock


class LockedByOther(PermissionError):
    """The lock is somebody else's."""

    def __init__(self, lock: LfsFileLock) -> None:
        super().__init__(lock.path)
        self.lock = lock


class NotMaintainer(PermissionError):
    """Only maintainers unlock what others have locked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockQuery:
    """Which locks, and how many; texts as a client wrote them."""

    path: str | None = None
    lock_id: str | None = None
    cursor: str | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Locks in the order of their ids; ``next_cursor`` where there are more."""

    locks: Sequence[LfsFileLock]
    next_cursor: str | None


def page(project_id: int, question: LockQuery) -> Page:
    """Return the locks that a question means."""
    found = LfsFileLock.objects.filter(project_id=project_id).select_related("user").order_by("id")
    if question.path is not None:
        found = found.filter(path=question.path) if storable_text(question.path) else found.none()
    if question.lock_id is not None:
        found = found.filter(pk=number(question.lock_id))
    if question.cursor and question.cursor.isascii() and question.cursor.isdecimal():
        found = found.filter(pk__gt=number(question.cursor))
    size = question.limit if question.limit and 1 <= question.limit <= PAGE else PAGE
    rows = list(found[: size + 1])
    shown = rows[:size]
    return Page(shown, str(shown[-1].pk) if len(rows) > size else None)


def create(*, project_id: int, path: Any, user_id: int, now: datetime) -> LfsFileLock:
    """Lock a path; the file need not exist.

    Raises:
        BlankPath: there is no path.
        InvalidPath: no file can have it.
        AlreadyLocked: it is locked, by anybody.
    """
    _require_path(path)
    try:
        with transaction.atomic():
            return LfsFileLock.objects.create(
                project_id=project_id, path=path, user_id=user_id, created_at=now
            )
    except IntegrityError:
        locks = LfsFileLock.objects.select_related("user")
        existing = locks.filter(project_id=project_id, path=path).first()
        if existing is None:
            raise  # unlocked in between, or the project is gone
        raise AlreadyLocked(existing) from None


def remove(*, project_id: int, lock_id: str, user_id: int, level: int, force: bool) -> LfsFileLock:
    """Unlock, and return the lock that was.

    Raises:
        UnknownLock: the project has no such lock.
        LockedByOther: it is somebody else's, and it is not forced.
        NotMaintainer: it is forced by somebody who may not.
    """
    found = LfsFileLock.objects.select_related("user").filter(project_id=project_id)
    lock = found.filter(pk=number(lock_id)).first()
    if lock is None:
        raise UnknownLock
    if lock.user_id != user_id and not force:
        raise LockedByOther(lock)
    if lock.user_id != user_id and level < AccessLevel.MAINTAINER:
        raise NotMaintainer
    removed, _ = LfsFileLock.objects.filter(pk=lock.pk).delete()
    if not removed:
        raise UnknownLock
    return lock


def _require_path(path: Any) -> None:
    if not isinstance(path, str) or not path.strip():
        raise BlankPath
    if len(path) > LONGEST or not may_match(path):
        raise InvalidPath
