"""gunicorn's worker class: it runs the loop, tells gunicorn that it lives, and ends when it is told to."""

import os
import signal
import time
from collections.abc import Callable

from django.conf import settings
from gunicorn.workers.base import Worker as BaseWorker

from apps.server import listening
from apps.server.limits import Limits, possible_connections
from apps.server.loop import Loop

SIGN_OF_LIFE = 0.5  # seconds between two; gunicorn's master waits for many times as long
_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)


def hold_signals() -> None:
    """Let the next fork take no signal that ends it before ``init_signals``.

    Until then it has the master's handlers, which swallow it: it would serve on, and be killed after
    ``graceful_timeout``, with its requests.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)


def let_signals_in() -> None:
    """Take signals that end this process again, also those that have waited."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)


class Worker(BaseWorker):  # type: ignore[misc]  # gunicorn ships no types
    """One process of the web server."""

    prepare_thread: Callable[[], None] | None = None
    """What each thread does before its first request; ``post_worker_init`` sets it."""

    _next_sign = 0.0
    _is_orphan = False

    def init_signals(self) -> None:
        """Take over from the master's handlers."""
        super().init_signals()
        let_signals_in()

    def run(self) -> None:
        """Serve until a signal comes, then what has been begun."""
        loop = Loop(self.wsgi, self._limits())
        loop.lanes.start(self.cfg.threads, self.prepare_thread)
        loop.wake_by(self.PIPE[0])
        for each in self.sockets:
            loop.listen(each.sock, listening.address_of(each.sock))
        while self.alive and not self._is_orphan:
            self._turn(loop)
        loop.stop_accepting()
        until = time.monotonic() + self.cfg.graceful_timeout
        while not loop.is_empty and time.monotonic() < until:
            self._turn(loop)

    def _limits(self) -> Limits:
        return Limits(
            head=settings.REQUEST_HEAD_TIMEOUT,
            body=settings.REQUEST_BODY_TIMEOUT,
            idle=self.cfg.keepalive,
            max_body=settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
            connections=possible_connections(self.cfg.worker_connections),
        )

    def _turn(self, loop: Loop) -> None:
        now = time.monotonic()
        if now >= self._next_sign:
            self._next_sign = now + SIGN_OF_LIFE
            self.notify()
            self._is_orphan = self.ppid != os.getppid()
        loop.turn()
