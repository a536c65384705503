"""PostgreSQL and Redis as the faults need them: killed, started again in the same folder, frozen."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests import servers


class Running(Protocol):
    @property
    def pid(self) -> int: ...


@dataclass
class Neighbour:
    """A server; ``run`` starts it over the folder that it had before."""

    name: str
    run: Callable[[], AbstractContextManager[Running]]
    _running: AbstractContextManager[Running] | None = field(default=None, init=False)
    pid: int = field(default=0, init=False)

    def start(self) -> None:
        self._running = self.run()
        self.pid = self._running.__enter__().pid

    def stop(self) -> None:
        """End it; one that is dead already is only cleared away."""
        if self._running is not None:
            self._running.__exit__(None, None, None)
            self._running = None

    def kill(self) -> None:
        """SIGKILL for each of its processes, and wait until none is left."""
        processes = family(self.pid)
        for pid in processes:
            signalled(pid, signal.SIGKILL)
        self.stop()
        # A new server refuses a folder whose old processes are still about to end.
        deadline = time.monotonic() + 10
        while any(Path(f"/proc/{pid}/stat").exists() for pid in processes) and time.monotonic() < deadline:
            time.sleep(0.02)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop every process; the kernel still takes connections and what is sent."""
        processes = family(self.pid)
        for pid in processes:
            signalled(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in processes:
                signalled(pid, signal.SIGCONT)


def family(pid: int) -> list[int]:
    """A process and all below it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(below for child in children for below in family(int(child)))]


def signalled(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


@contextmanager
def postgresql(*settings: str) -> Iterator[tuple[Neighbour, servers.Cluster]]:
    """A PostgreSQL that keeps what it has acknowledged when its processes are killed."""
    with servers.cluster() as cluster:
        neighbour = Neighbour("PostgreSQL", lambda: cluster.running("synchronous_commit=on", *settings))
        with _started(neighbour):
            yield neighbour, cluster


@contextmanager
def redis() -> Iterator[tuple[Neighbour, str]]:
    """A Redis that keeps nothing when it ends."""
    with servers._folder("redis") as folder:
        neighbour = Neighbour("Redis", lambda: servers.redis_server(folder))
        with _started(neighbour):
            yield neighbour, servers.Redis(folder, neighbour.pid).url


@contextmanager
def _started(neighbour: Neighbour) -> Iterator[None]:
    neighbour.start()
    try:
        yield
    finally:
        neighbour.stop()
