"""One instance with everything around it, and how a fault is tried on it."""

import http.client
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.gitaly_double.gate import Gate
from tests.gitaly_double.settings import RECENT
from tests.instances import environment, prepared_folder
from tests.ports import free_port
from tests.torture.clients import INTERNAL, Clients
from tests.torture.ledger import Ledger
from tests.torture.neighbours import Neighbour
from tests.torture.report import Report, Row
from tests.torture.service import Service, serving, storages
from tests.torture.worlds import gitaly

RECOVERY = 60  # seconds
# Short limits: what is waited for here is waited for in each run.
SETTINGS = {
    "WEB_CONCURRENCY": "2",
    "WEB_THREADS": "4",
    "PUSHES_AT_ONCE": "1",
    "JOB_LEASE": "4",
    "GITLAB_SHELL_OPERATION_LIMIT": "0",
    "DATABASE_LOOKUP_TIMEOUT": "2",
    "DATABASE_PUSH_TIMEOUT": "4",
    "REQUEST_HEAD_TIMEOUT": "3",
    "REQUEST_BODY_TIMEOUT": "3",
}
ABSENT = {"refused", "broken off"}
"""What a client sees while no process is there to answer."""


@dataclass
class Stage:
    """The instance, its neighbours, its clients, and what they were told."""

    service: Service
    metrics: int
    gate: Gate
    clients: Clients
    ledger: Ledger
    report: Report
    seconds: float
    """How long a fault lasts."""
    postgresql: Neighbour | None = None
    redis: Neighbour | None = None
    disk: Path | None = None
    """Where all that the instance writes lies, when it can be filled."""
    failures: list[str] = field(default_factory=list)

    def try_fault(
        self,
        name: str,
        fault: Callable[["Stage"], None],
        *,
        times: int = 1,
        allowed: frozenset[int | str] = frozenset({503}),
        finished: bool = True,
    ) -> None:
        """Let a fault happen while the clients go on, wait until all is well, and count.

        ``allowed`` is what the clients may be told besides success; ``finished`` that no finished push may be
        told anything else at all, because Gitaly does not say it twice.
        """
        self.clients.forget()
        self.failures = []
        recovered = None
        with self.clients.busy():
            time.sleep(0.3)
            for _ in range(times):
                fault(self)
                took = self.recover()
                recovered = max(recovered or 0.0, took)
        stored, wrong = self.ledger.settle()
        self._judge(allowed, finished=finished)
        self.report.add(Row(name, times, self.clients.said(), recovered, stored, [*self.failures, *wrong]))

    def recover(self) -> float:
        """Wait until a push goes through from start to end and the check is content; how long that took."""
        began = time.monotonic()
        while time.monotonic() - began < RECOVERY:
            if self._is_well():
                return time.monotonic() - began
            time.sleep(0.1)
        self.failures.append(f"did not recover within {RECOVERY} s")
        return RECOVERY

    def _is_well(self) -> bool:
        status, body = self.clients.ask("check", "GET", f"{INTERNAL}/check")
        return status == 200 and '"redis":true' in body.replace(" ", "") and self.clients.push()[0] == 200

    def _judge(self, allowed: frozenset[int | str], *, finished: bool) -> None:
        success = {200, 201}
        for (what, status), times in sorted(self.clients.seen.items(), key=str):
            if status not in success | allowed:
                self.failures.append(f"{what} {status}, {times} times")
            elif finished and what == "post_receive" and status not in success | ABSENT:
                self.failures.append(f"a finished push was answered with {status}, {times} times")
        self.failures += self.clients.strange[:3]

    def probe(self, path: str, *, within: float, expected: frozenset[int] = frozenset({200})) -> None:
        """Ask a probe on its own address, which has to answer in time."""
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.metrics, timeout=within + 5)
        try:
            connection.request("GET", path)
            status: int | str = connection.getresponse().status
        except OSError as error:
            status = type(error).__name__
        finally:
            connection.close()
        took = time.monotonic() - began
        if status not in expected or took > within:
            self.failures.append(f"{path} answered {status} after {took:.1f} s")


@contextmanager
def opened(
    report: Report,
    *,
    seconds: float,
    postgresql: Neighbour | None = None,
    redis: Neighbour | None = None,
    disk: Path | None = None,
) -> Iterator[Stage]:
    """Run an instance on the servers that the environment names, with a Gitaly and clients."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="torture-")))
        gate = Gate(version=RECENT, token=None)
        answers, address = stack.enter_context(gitaly.answering(folder, gate))
        answers.world.on_disk = {"project-3", "project-7"}
        data, database = stack.enter_context(prepared_folder())
        if disk:
            data = shutil.copytree(data, disk / "data")
        metrics = free_port()
        settings = environment(
            data,
            **database,
            **SETTINGS,
            GITALY_STORAGES=storages(address),
            METRICS_BIND=f"127.0.0.1:{metrics}",
        )
        service = stack.enter_context(serving(settings, free_port()))
        ledger = Ledger(database.get("DATABASE_URL", str(data / "db.sqlite3")))
        clients = Clients(service, ledger)
        stage = Stage(service, metrics, gate, clients, ledger, report, seconds, postgresql, redis, disk)
        stage.recover()
        yield stage
