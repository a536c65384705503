"""Removing what nobody asks for any more: always what has expired, records of the past by their age."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from auditlog.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import models
from django_tasks_db.models import DBTaskResult

from apps.agent.models import UniqueUsage
from apps.core import batches
from apps.core.jobs.recovery import KEEP_FAILED, KEEP_SUCCESSFUL
from apps.core.shared_store.models import Entry
from apps.git_access.lfs import pruning as lfs
from apps.git_access.models import GitAuditEvent, PushRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """For how many days records of the past are kept; 0 is for ever."""

    pushes: int = 0
    git_audit: int = 0
    changes: int = 0
    usage: int = 0


@dataclass(frozen=True, slots=True)
class Stale:
    """Rows of one kind that can go. Removing a push removes its events and deliveries."""

    kind: str
    rows: models.QuerySet[Any]

    def count(self) -> int:
        """Return how many there are."""
        return self.rows.count()

    def remove(self) -> Iterator[int]:
        """Remove them in short transactions, and yield how many each one had."""
        return batches.remove(self.rows)


@dataclass(frozen=True, slots=True)
class StaleFiles:
    """What can go and is no mere row: listed and removed by its own functions."""

    kind: str
    listed: Callable[[], Iterator[Any]]
    removed: Callable[[], Iterator[int]]

    def count(self) -> int:
        """Return how many there are."""
        return sum(1 for _ in self.listed())

    def remove(self) -> Iterator[int]:
        """Remove them, and yield how many went at a time."""
        return self.removed()


def stale(retention: Retention, *, now: datetime) -> list[Stale | StaleFiles]:
    """Return what can go, kind by kind; files of LFS are without an object once its row is gone."""
    jobs = DBTaskResult.objects
    found: list[Stale | StaleFiles] = [
        Stale("finished jobs", jobs.successful().filter(finished_at__lt=now - KEEP_SUCCESSFUL)),
        Stale("failed jobs", jobs.failed().filter(finished_at__lt=now - KEEP_FAILED)),
        # Counters, notices, and the answers that are remembered for requests that come again.
        Stale("expired entries of the shared store", Entry.objects.filter(expires_at__lte=now)),
        Stale("expired sessions", Session.objects.filter(expire_date__lte=now)),
        *_of_lfs(now),
    ]
    if before := _limit(retention.pushes, now):
        done = PushRecord.objects.filter(received_at__lt=before).exclude(processed_at=None)
        found.append(Stale("pushes", done))
    if before := _limit(retention.git_audit, now):
        found.append(Stale("Git audit events", GitAuditEvent.objects.filter(created_at__lt=before)))
    if before := _limit(retention.changes, now):
        found.append(Stale("changes by administrators", LogEntry.objects.filter(timestamp__lt=before)))
    if before := _limit(retention.usage, now):
        found.append(Stale("ids in usage of months", UniqueUsage.objects.filter(month__lt=before.date())))
    return found


def _of_lfs(now: datetime) -> Iterator[StaleFiles]:
    yield StaleFiles(
        "LFS objects that no project has",
        lambda: lfs.unlinked(now=now).iterator(),
        lambda: lfs.remove_unlinked(now=now),
    )
    files = lfs.all_files(now=now)
    yield StaleFiles(
        "LFS files without an object",
        lambda: chain.from_iterable(each.unknown() for each in files),
        lambda: chain.from_iterable(each.remove_unknown() for each in files),
    )
    yield StaleFiles(
        "unfinished LFS uploads",
        lambda: chain.from_iterable(each.leftovers() for each in files),
        lambda: chain.from_iterable(each.remove_leftovers() for each in files),
    )


def _limit(days: int, now: datetime) -> datetime | None:
    return now - timedelta(days=days) if days else None
