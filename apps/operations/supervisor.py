"""One foreground process over the web server and the worker."""

import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

import structlog

from apps.operations.processes import Process, wait_or_kill

POLL = 0.5  # seconds
GRACE = 70  # seconds; more than gunicorn gives its running requests
FIRST_PAUSE = 1  # seconds before a worker that died is started again; doubled while it dies at once
LONGEST_PAUSE = 30
STEADY = 60  # seconds after which a worker counts as having started well

log = structlog.get_logger("gitlab_internal.supervisor")


@dataclass
class Child:
    """A process that can be started again; ``launch`` starts it in a session of its own."""

    launch: Callable[[], Process]
    process: Process = field(init=False, repr=False)
    started: float = field(init=False, repr=False)
    _pause: float = field(default_factory=lambda: FIRST_PAUSE, init=False)
    _due: float | None = field(default=None, init=False)

    def start(self) -> None:
        """Start the process."""
        self._due = None
        self.started = time.monotonic()
        self.process = self.launch()

    def revive(self) -> None:
        """Start it again if it has ended, after a pause that grows while it ends at once."""
        if self.process.poll() is None:
            return
        now = time.monotonic()
        if self._due is None:
            self._pause = FIRST_PAUSE if now - self.started > STEADY else min(self._pause * 2, LONGEST_PAUSE)
            self._due = now + self._pause
            log.warning("ended, will be started again", code=self.process.returncode, seconds=self._pause)
        elif now >= self._due:
            try:
                self.start()
            except OSError:  # no memory, or too many processes; the web server goes on
                log.warning("could not be started", exc_info=True)


@dataclass
class Supervisor:
    """Runs the web server and the worker until a signal comes or the web server ends.

    A worker that dies is started again: no request depends on it, and its jobs wait in the database.
    """

    web: Child
    worker: Child
    _asked: threading.Event = field(default_factory=threading.Event, init=False)

    def start(self) -> None:
        """Start both; from here on SIGTERM and SIGINT are for them."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        self.web.start()
        self.worker.start()

    def watch(self) -> int:
        """Return 0 after a signal, 1 when the web server ended by itself; by then both have ended."""
        try:
            while self.web.process.poll() is None and not self._asked.wait(POLL):
                self.worker.revive()
        finally:
            self._end()
        if self._asked.is_set():
            return 0
        log.error("the web server ended", code=self.web.process.returncode)
        return 1

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._asked.set()

    def _end(self) -> None:
        processes = (self.web.process, self.worker.process)
        for process in processes:  # each is told once, and all before the first is waited for
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + GRACE
        for process in processes:
            wait_or_kill(process, grace=max(0.1, deadline - time.monotonic()))
