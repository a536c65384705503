"""Removing many rows beside others who write: in transactions that are short, however slow the disk."""

import time
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

AIM = 0.04  # seconds for the rows of one transaction, so that twice as long stays below 0.1 s
PAUSE = 0.005  # seconds between two, in which another writer of SQLite finds its place free
MOST = 2_000  # rows of one transaction
ONE_ROW_EVERY = 16  # batches


def remove(rows: QuerySet[Any]) -> Iterator[int]:
    """Remove the rows and what hangs on them, in the order of their keys; yield how many each batch had.

    The number of rows of a batch follows what the one before it took. The keys only grow, so no batch looks
    again at what the ones before it have removed.
    """
    every = rows.model._base_manager
    pace, size, begin = Pace(), 1, rows.order_by("pk")
    while keys := list(begin.values_list("pk", flat=True)[:size]):
        started = time.perf_counter()
        every.filter(pk__in=keys).delete()
        took = time.perf_counter() - started
        yield len(keys)
        size = pace.next_size(size, took=took)
        begin = rows.order_by("pk").filter(pk__gt=keys[-1])
        time.sleep(PAUSE)


class Pace:
    """How many rows the next batch has: it grows slowly and shrinks at once.

    A commit alone may take as long as is aimed at, on a slow disk or a busy machine. Fewer rows do not make
    it quicker, and one row a commit would never come to an end. So now and then a batch has one row, and what
    that took is taken off what the others take.
    """

    def __init__(self) -> None:
        self._commit = 0.0
        self._size = 1
        self._batches = 0

    def next_size(self, size: int, *, took: float) -> int:
        """Return it after a batch of ``size`` rows has taken so many seconds; the first has one row."""
        if size == 1:
            self._commit = took
            self._size = max(2, self._size)
        else:
            of_rows = took - self._commit
            self._size = max(1, min(MOST, 2 * size, int(size * AIM / of_rows) if of_rows > 0 else MOST))
        self._batches += 1
        return 1 if self._batches % ONE_ROW_EVERY == 0 else self._size
