"""How many threads of a process may wait at once for what is slow: some must be left for what is not.

A slow moment is waited for. When no place has become free for as long as that, what is waited for hangs, and
whoever comes is told so at once: waiting would only take the last threads.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from django.conf import settings

PATIENCE = 1.0  # seconds


_thread = threading.local()


def bind_thread() -> None:
    """Say that this thread answers requests: how many of these wait for another writer is bounded."""
    _thread.is_bound = True


def is_bound() -> bool:
    """Whether this thread answers requests."""
    return getattr(_thread, "is_bound", False)


class Crowded(Exception):
    """No place is free, and none has become free for a while."""


class Places:
    """So many threads may be inside, each as often as it likes. The lock is held to count only."""

    def __init__(self, number: int, *, patience: float = PATIENCE) -> None:
        self._free = number
        self._patience = patience
        self._changed = threading.Condition()
        self._last_change = 0.0
        self._threads = threading.local()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Take a place for the length of a block.

        Raises:
            Crowded: there is none.
        """
        with self.one_if_free(patience=self.patience()) as taken:
            if not taken:
                raise Crowded
            yield

    @contextmanager
    def one_if_free(self, *, patience: float = 0.0) -> Iterator[bool]:
        """Take a place for the length of a block, if one is free within so many seconds; yield whether."""
        if getattr(self._threads, "is_inside", False):
            yield True
            return
        if not self._take(patience):
            yield False
            return
        self._threads.is_inside = True
        try:
            yield True
        finally:
            self._threads.is_inside = False
            self._give_back()

    def patience(self) -> float:
        """Return how many seconds are left in which a place may become free."""
        return max(0.0, self._last_change + self._patience - time.monotonic())

    def _take(self, patience: float) -> bool:
        with self._changed:
            if not self._changed.wait_for(lambda: self._free > 0, timeout=patience):
                return False
            self._free -= 1
            self._last_change = time.monotonic()
            return True

    def _give_back(self) -> None:
        with self._changed:
            self._free += 1
            self._last_change = time.monotonic()
            self._changed.notify()


def places() -> Places:
    """Return the places of this process."""
    return _places(settings.PUSHES_AT_ONCE)


@cache
def _places(number: int) -> Places:
    return Places(number)
