"""How long whoever is at work waits for PostgreSQL.

Not even a server that is frozen, and whose kernel still answers for it, makes a request wait longer: its
connection is cut. Where nobody has set a limit, as in jobs and commands, there is none.
"""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any, Protocol

TICK = 0.2  # seconds between two looks at what is running

_seconds: ContextVar[float | None] = ContextVar("seconds that one statement may take", default=None)


class PollableConnection(Protocol):
    """A connection of psycopg2."""

    def fileno(self) -> int:
        """Return the number of its socket."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Let each statement, and each attempt to connect, take so long; 0 is no limit."""
    token = _seconds.set(seconds or None)
    try:
        yield
    finally:
        _seconds.reset(token)


def seconds() -> float | None:
    """Return the limit of whoever asks."""
    return _seconds.get()


class Watch:
    """Cuts the connections of statements that take too long."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[int, tuple[float, PollableConnection]] = {}
        self._process = 0

    @contextmanager
    def over(self, connection: Any) -> Iterator[None]:
        """Watch what this thread does with a connection, if it has a limit."""
        limit = _seconds.get()
        if limit is None or connection is None:
            yield
            return
        if self._process != os.getpid():
            self._start()
        thread = threading.get_ident()
        with self._lock:
            self._running[thread] = (time.monotonic() + limit, connection)
        try:
            yield
        finally:
            with self._lock:
                self._running.pop(thread, None)

    def _start(self) -> None:
        """Start the thread that looks; one of a parent process is not here."""
        with self._lock:
            if self._process == os.getpid():
                return
            self._process = os.getpid()
            self._running.clear()
        threading.Thread(target=self._look, daemon=True, name="database watch").start()

    def _look(self) -> None:
        while True:
            time.sleep(TICK)
            now = time.monotonic()
            with self._lock:  # what is running cannot end, and its socket become another's, meanwhile
                for thread, (deadline, connection) in list(self._running.items()):
                    if now > deadline:
                        del self._running[thread]
                        _cut(connection)


def _cut(connection: PollableConnection) -> None:
    """Let libpq find the connection at its end; closing it is left to the thread that uses it.

    Where that has closed it by now, nothing is left to do; whatever it is called, it must not end the watch.
    """
    with suppress(Exception), socket.socket(fileno=os.dup(connection.fileno())) as end:
        end.shutdown(socket.SHUT_RDWR)


WATCH = Watch()
