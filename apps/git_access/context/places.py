"""How many pushes of one process may wait for Gitaly at once: lookups must always find a thread that is free.

A slow moment of Gitaly is waited for. When no place has become free for as long as that, Gitaly hangs, and
whoever comes is refused at once: waiting would only take the last threads.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from django.conf import settings

from apps.git_access.context.refusals import Exhausted

PATIENCE = 1.0  # seconds
BUSY = "Too many pushes are waiting for Gitaly at the moment. Try again later."


class Places:
    """So many may be inside at once. The lock is held to count only."""

    def __init__(self, number: int, *, patience: float = PATIENCE) -> None:
        self._free = number
        self._patience = patience
        self._changed = threading.Condition()
        self._last_change = 0.0

    @contextmanager
    def one(self) -> Iterator[None]:
        """Take a place for the length of a block.

        Raises:
            Exhausted: none is free, and none has become free for a while.
        """
        self._take()
        try:
            yield
        finally:
            self._give_back()

    def _take(self) -> None:
        with self._changed:
            left = self._last_change + self._patience - time.monotonic()
            if not self._changed.wait_for(lambda: self._free > 0, timeout=max(0.0, left)):
                raise Exhausted(BUSY)
            self._free -= 1
            self._last_change = time.monotonic()

    def _give_back(self) -> None:
        with self._changed:
            self._free += 1
            self._last_change = time.monotonic()
            self._changed.notify()


def of_process() -> Places:
    """Return the places of this process."""
    return _places(settings.PUSHES_AT_ONCE)


@cache
def _places(number: int) -> Places:
    return Places(number)
