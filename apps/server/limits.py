"""What one client may take of a process."""

import resource
from dataclasses import dataclass

MAX_HEAD = 64 * 1024  # bytes of a request line and its headers
MAX_TARGET = 32 * 1024  # bytes of a path with its query: the longest keys, in percent-encoding, have 6 KiB
SPOOL = 256 * 1024  # bytes of a body that are kept in memory; what is longer goes to a file
MINIMUM_RATE = 16 * 1024  # bytes a second that prolong the time for a body, and for an answer
LINGER = 2.0  # seconds in which a client may still be sending what nobody reads
RESERVED_FILES = 100  # descriptors for databases, Gitaly, logs


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and bytes."""

    head: float
    """Seconds for a request line and its headers."""
    body: float
    """Seconds for a body, and for taking an answer; ``MINIMUM_RATE`` prolongs both."""
    idle: float
    """Seconds for which a connection is kept without a request."""
    max_body: int
    connections: int


def possible_connections(wished: int) -> int:
    """Return how many connections the limit of open files leaves room for."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return wished
    return max(16, min(wished, soft - RESERVED_FILES))
