"""Threads that compute, in lanes: what a load balancer asks is answered while every other thread waits."""

import threading
import time
from collections.abc import Callable
from queue import SimpleQueue

from apps.server.connections import Connection
from apps.server.requests import Request

PATIENCE = 1.0  # seconds of waiting for a thread after which a client may have given up
ALIVE = (b"/-/liveness", b"/-/health")
PROBES = (b"/-/readiness", b"/metrics")
PROBE_THREADS = 2

Compute = Callable[[Connection, Request], None]
GivenUp = Callable[[Connection], None]


class Lane:
    """Some threads over one queue."""

    def __init__(self, compute: Compute, given_up: GivenUp) -> None:
        self._compute = compute
        self._given_up = given_up
        self._queue: SimpleQueue[tuple[Connection, Request, float]] = SimpleQueue()

    def start(self, threads: int, prepare: Callable[[], None] | None = None) -> None:
        """Start the threads; each calls ``prepare`` before its first request. They end with the process."""
        for _ in range(threads):
            threading.Thread(target=self._work, args=(prepare,), daemon=True).start()

    def put(self, connection: Connection, request: Request) -> None:
        """Let a thread compute the answer."""
        self._queue.put((connection, request, time.monotonic()))

    def _work(self, prepare: Callable[[], None] | None) -> None:
        if prepare:
            prepare()
        while True:
            connection, request, since = self._queue.get()
            if time.monotonic() - since > PATIENCE and connection.has_hung_up:
                self._given_up(connection)
            else:
                self._compute(connection, request)


class Lanes:
    """The lanes of a process: requests, probes that look at the database, those that look at nothing."""

    def __init__(self, compute: Compute, given_up: GivenUp) -> None:
        self._requests, self._probes, self._alive = (Lane(compute, given_up) for _ in range(3))

    def start(self, threads: int, prepare: Callable[[], None] | None) -> None:
        """Start ``threads`` for requests, and those of the probes."""
        self._requests.start(threads, prepare)
        self._probes.start(PROBE_THREADS)
        self._alive.start(1)

    def put(self, connection: Connection, request: Request) -> None:
        """Choose the lane by the path."""
        path = request.target.partition(b"?")[0]
        if path.endswith(ALIVE):
            lane = self._alive
        elif path.endswith(PROBES):
            lane = self._probes
        else:
            lane = self._requests
        lane.put(connection, request)
