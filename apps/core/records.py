"""What only records what happened: written beside the requests, it can neither change nor delay an answer.

Each web process keeps what there is to record in its memory; a thread of its own writes it, once a second,
and at once what another request may soon ask for. What the database does not take is lost, with a line in the
log. A process without that thread, such as a command, writes at once, and goes on when that fails.
"""

import threading
import time
from collections.abc import Callable, Hashable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from django.db import DatabaseError, close_old_connections, connection, transaction
from django.db.models import Model, Q

Write = Callable[[], object]

INTERVAL = 1.0  # seconds between two rounds of a process
MOST = 10_000  # that wait to be written; then nothing new is taken
TOGETHER = 1_000  # rows of one statement

log = structlog.get_logger(__name__)


class Column:
    """A column of moments or days that only records: all that have come in a round get the latest of them.

    Args:
        what: what is recorded, for the log.
        model: of the rows.
        name: the column; a row without a value is due.
        every: how long a value stays. It is asked again when one is written: of many requests, one writes.
    """

    def __init__(self, what: str, model: type[Model], name: str, *, every: timedelta) -> None:
        self._what = what
        self._model = model
        self._name = name
        self._every = every

    def note(self, pk: int, moment: Any) -> None:
        """Have a moment written in the row with this key."""
        if _keeper is None:
            self.write({pk: moment})
        else:
            _keeper.take_moment(self, pk, moment)

    def write(self, moments: Mapping[int, Any]) -> None:
        """Write ``TOGETHER`` rows with one statement; those that another transaction holds are left out."""
        keys = list(moments)
        for begin in range(0, len(keys), TOGETHER):
            some = keys[begin : begin + TOGETHER]
            _attempt(self._what, partial(self._update, some, max(moments[key] for key in some)))

    def _update(self, keys: list[int], latest: Any) -> None:
        is_old = Q((self._name, None)) | Q((f"{self._name}__lte", latest - self._every))
        due = self._model._default_manager.filter(is_old)
        free = due.filter(pk__in=keys).select_for_update(skip_locked=True)
        due.filter(pk__in=free.values("pk")).update(**{self._name: latest})


class Keeper(threading.Thread):
    """Writes what a process has to record, for the life of the process."""

    def __init__(self) -> None:
        super().__init__(name="records", daemon=True)
        self._waiting: dict[Hashable, Write] = {}
        self._moments: dict[Column, dict[int, Any]] = {}
        self._urgent: list[Write] = []
        self._lock = threading.Lock()
        self._awake = threading.Event()
        self._stopped = False
        self._due: dict[Write, float] = {}

    def take(self, about: Hashable, write: Write) -> None:
        """Take a write, in the place of an older one that is about the same."""
        with self._lock:
            if len(self._waiting) < MOST or about in self._waiting:
                self._waiting[about] = write

    def take_moment(self, column: Column, pk: int, moment: Any) -> None:
        """Take a moment of a row."""
        with self._lock:
            rows = self._moments.setdefault(column, {})
            if len(rows) < MOST:
                rows[pk] = moment

    def take_urgent(self, act: Write) -> None:
        """Take what is done before everything else, and now."""
        with self._lock:
            if len(self._urgent) < MOST:
                self._urgent.append(act)
        self._awake.set()

    def run(self) -> None:
        """Wait, write, and wait again."""
        due = time.monotonic() + INTERVAL
        while not self._stopped:
            self._awake.wait(max(0.0, due - time.monotonic()))
            self._awake.clear()
            self._do_urgent()
            if time.monotonic() >= due:
                self._round()
                due = time.monotonic() + INTERVAL
        connection.close()

    def stop(self) -> None:
        """Write the last of it, in the thread of whoever stops the process."""
        global _keeper  # noqa: PLW0603 -- one for each process
        _keeper = None
        self._stopped = True
        self._awake.set()
        self._due = dict.fromkeys(_regular, 0.0)
        self._do_urgent()
        self._round()

    def _do_urgent(self) -> None:
        with self._lock:
            urgent, self._urgent = self._urgent, []
        if urgent:
            close_old_connections()
        for act in urgent:
            _go_on("a record was not written", act)

    def _round(self) -> None:
        with self._lock:
            waiting, self._waiting = list(self._waiting.values()), {}
            moments, self._moments = self._moments, {}
        close_old_connections()
        together: list[Write] = [partial(column.write, rows) for column, rows in moments.items()]
        for write in (*waiting, *together):
            _go_on("a record was not written", write)
            self._do_urgent()
        now = time.monotonic()
        for task, seconds in list(_regular.items()):
            if now >= self._due.setdefault(task, now + seconds):
                self._due[task] = now + seconds
                _go_on("a regular task failed", task)


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
        _keeper.take((what, about), partial(_attempt, what, write))


def at_once(act: Write) -> None:
    """Have something done beside the request, right now: another request may soon ask for it.

    Args:
        act: raises nothing; whatever store it writes to may keep it waiting.
    """
    if _keeper is None:
        act()
    else:
        _keeper.take_urgent(act)


def regularly(task: Write, *, seconds: float) -> None:
    """Have something done in every web process, every so many seconds and when the process ends."""
    _regular[task] = seconds


def start() -> Keeper:
    """Start the thread of this process; what is recorded from now on waits for it."""
    global _keeper  # noqa: PLW0603 -- one for each process
    _keeper = Keeper()
    _keeper.start()
    return _keeper


def _go_on(failed: str, act: Write) -> None:
    """Do one thing of many: whatever it raises, the thread lives and the others have their turn."""
    try:
        act()
    except (DatabaseError, OSError):
        log.warning(failed, exc_info=True)
    except Exception:
        log.exception(failed)


def _attempt(what: str, write: Write) -> None:
    try:
        with transaction.atomic():
            write()
    except DatabaseError:
        log.warning("not recorded", what=what, exc_info=True)
