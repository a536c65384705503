"""What only records what happened: written beside the requests, it can neither change nor delay an answer.

Each web process keeps what there is to record in its memory; a thread of its own writes it, once a second.
What the database does not take is lost, with a line in the log. A process without that thread, such as a
command, writes at once, and goes on when that fails.
"""

import threading
import time
from collections.abc import Callable, Hashable

import structlog
from django.db import DatabaseError, close_old_connections, connection, transaction

Write = Callable[[], object]

INTERVAL = 1.0  # seconds between two rounds of a process
MOST = 10_000  # that wait to be written; then nothing new is taken

log = structlog.get_logger(__name__)


class Keeper(threading.Thread):
    """Writes what a process has to record, for the life of the process."""

    def __init__(self) -> None:
        super().__init__(name="records", daemon=True)
        self._waiting: dict[Hashable, tuple[str, Write]] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._due: dict[Write, float] = {}

    def take(self, what: str, about: Hashable, write: Write) -> None:
        """Take a write, in the place of an older one that is about the same."""
        with self._lock:
            if len(self._waiting) < MOST or (what, about) in self._waiting:
                self._waiting[what, about] = (what, write)

    def run(self) -> None:
        """Wait, write, and wait again."""
        while not self._stopped.wait(INTERVAL):
            self._round()
        connection.close()

    def stop(self) -> None:
        """Write the last of it, in the thread of whoever stops the process."""
        global _keeper  # noqa: PLW0603 -- one for each process
        _keeper = None
        self._stopped.set()
        self._due = dict.fromkeys(_regular, 0.0)
        self._round()

    def _round(self) -> None:
        with self._lock:
            waiting, self._waiting = list(self._waiting.values()), {}
        close_old_connections()
        for what, write in waiting:
            _attempt(what, write)
        now = time.monotonic()
        for task, seconds in list(_regular.items()):
            if now >= self._due.setdefault(task, now + seconds):
                self._due[task] = now + seconds
                _run(task)


_keeper: Keeper | None = None
_regular: dict[Write, float] = {}


def later(what: str, about: Hashable, write: Write) -> None:
    """Have something written that no answer depends on.

    Args:
        what: what is recorded, for the log.
        about: the row; of several writes about the same, the last one counts.
        write: writes it, by itself in a transaction; may raise DatabaseError.
    """
    if _keeper is None:
        _attempt(what, write)
    else:
        _keeper.take(what, about, write)


def regularly(task: Write, *, seconds: float) -> None:
    """Have something done in every web process, every so many seconds and when the process ends."""
    _regular[task] = seconds


def start() -> Keeper:
    """Start the thread of this process; what is recorded from now on waits for it."""
    global _keeper  # noqa: PLW0603 -- one for each process
    _keeper = Keeper()
    _keeper.start()
    return _keeper


def _run(task: Write) -> None:
    try:
        task()
    except (DatabaseError, OSError):
        log.warning("a regular task failed", exc_info=True)


def _attempt(what: str, write: Write) -> None:
    try:
        with transaction.atomic():
            write()
    except DatabaseError:
        log.warning("not recorded", what=what, exc_info=True)
