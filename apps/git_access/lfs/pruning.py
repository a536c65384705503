"""Objects that no project has, and files that no object has: nobody asks for them any more.

A row goes first, its file then: whoever uploads the same in between makes a new row, and wants a file that is
younger than a day. A crash anywhere leaves what the next run finds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import IntegrityError, models, transaction

from apps.git_access.lfs import stores
from apps.git_access.lfs.stores import Kept
from apps.git_access.models import LfsObject
from apps.git_access.models.lfs import FileStore

GRACE = timedelta(days=1)  # for uploads that are under way
BATCH = 500  # rows of one transaction, names in one query

log = structlog.get_logger(__name__)


def unlinked(*, now: datetime) -> models.QuerySet[LfsObject]:
    """Return the objects that no project has, and that nobody is about to link."""
    return LfsObject.objects.filter(links=None, created_at__lt=now - GRACE)


def remove_unlinked(*, now: datetime) -> Iterator[int]:
    """Remove their rows, and yield how many went at a time; their files are without an object then."""
    last = 0
    while keys := list(
        unlinked(now=now).filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        last = keys[-1]
        yield _removed(keys)


@dataclass(frozen=True, slots=True)
class Files:
    """Files of one store that can go."""

    store: Any
    now: datetime

    @property
    def before(self) -> datetime:
        """Only what is older than this goes."""
        return self.now - GRACE

    def unknown(self) -> Iterator[str]:
        """List files that no object has."""
        old = (kept for kept in self.store.files() if kept.modified < self.before)
        for batch in _batches(old):
            names = [kept.name for kept in batch]
            known = set(LfsObject.objects.filter(file__in=names).values_list("file", flat=True))
            yield from (name for name in names if name not in known)

    def leftovers(self) -> Iterator[str]:
        """List uploads that were never finished."""
        return iter(self.store.leftovers(before=self.before))

    def remove_unknown(self) -> Iterator[int]:
        """Remove them, and yield how many went at a time."""
        for name in self.unknown():
            yield int(self.store.remove(name, before=self.before))

    def remove_leftovers(self) -> Iterator[int]:
        """Remove them, and yield how many went at a time."""
        for name in list(self.leftovers()):
            self.store.remove_leftover(name)
            yield 1


def all_files(*, now: datetime) -> list[Files]:
    """Return the files of every store that the settings name."""
    return [Files(stores.of(store), now) for store in stores.configured()]


def sizes() -> dict[FileStore, tuple[int, int]]:
    """Return how many objects each store has, and their bytes."""
    rows = LfsObject.objects.values_list("file_store").annotate(models.Count("pk"), models.Sum("size"))
    return {FileStore(store): (number, size or 0) for store, number, size in rows.order_by("file_store")}


def _removed(keys: list[int]) -> int:
    try:
        with transaction.atomic():
            return (
                LfsObject.objects.filter(pk__in=keys, links=None).delete()[1].get("git_access.LfsObject", 0)
            )
    except IntegrityError:
        # One of them was linked just now; the next run takes the others.
        log.info("objects of LFS are in use again")
        return 0


def _batches(files: Iterator[Kept]) -> Iterator[list[Kept]]:
    batch: list[Kept] = []
    for kept in files:
        batch.append(kept)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
