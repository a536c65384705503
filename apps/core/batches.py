"""Removing many rows beside others who write: in transactions that are short, however slow the disk."""

import time
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

AIM = 0.04  # seconds of one transaction, so that one that takes twice as long stays below 0.1 s
PAUSE = 0.005  # seconds between two, in which another writer of SQLite finds its place free
FIRST, MOST = 50, 2_000  # rows of one transaction


def remove(rows: QuerySet[Any]) -> Iterator[int]:
    """Remove the rows and what hangs on them, in the order of their keys; yield how many each batch had.

    The number of rows of a batch follows what the one before it took. The keys only grow, so no batch looks
    again at what the ones before it have removed.
    """
    every = rows.model._base_manager
    size, begin = FIRST, rows.order_by("pk")
    while keys := list(begin.values_list("pk", flat=True)[:size]):
        started = time.perf_counter()
        every.filter(pk__in=keys).delete()
        took = time.perf_counter() - started
        yield len(keys)
        size = next_size(size, took=took)
        begin = rows.order_by("pk").filter(pk__gt=keys[-1])
        time.sleep(PAUSE)


def next_size(size: int, *, took: float) -> int:
    """Return how many rows the next batch has; it grows slowly and shrinks at once."""
    return max(1, min(MOST, 2 * size, int(size * AIM / took) if took > 0 else MOST))
