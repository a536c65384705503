"""When PostgreSQL has no connection left: threads lend theirs to one another for a while.

Each thread keeps its connection, which is what makes requests fast. Where the server has fewer than there are
threads, those that came late would never get one: whoever finds none says so, and for some seconds every
thread of the processes that were forked together gives its connection back after each request.
"""

import mmap
import struct
import time

LENDING = 10.0  # seconds
_FULL = ("too many clients", "remaining connection slots", "too many connections")
_TIME = struct.Struct("d")

_shared = mmap.mmap(-1, _TIME.size)  # forks share it


def is_full(error: Exception) -> bool:
    """Whether this is how PostgreSQL says that it has no connection left."""
    text = str(error)
    return any(words in text for words in _FULL)


def say_so() -> None:
    """Let everybody give connections back for a while."""
    _TIME.pack_into(_shared, 0, time.monotonic() + LENDING)


def is_lending_time() -> bool:
    """Whether somebody has lacked a connection just now."""
    until: float = _TIME.unpack_from(_shared)[0]
    return until > 0 and time.monotonic() < until
