"""The double itself: a gRPC server on a Unix socket and a TCP port."""

import threading
from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass

import grpc

from apps.core.gitaly.stubs import gitaly_subset_pb2_grpc as stubs
from tests.gitaly_double.gate import Call, Gate
from tests.gitaly_double.hook_directory import write_hooks
from tests.gitaly_double.refusals import Refusal
from tests.gitaly_double.services.blobs import Blobs
from tests.gitaly_double.services.commits import Commits
from tests.gitaly_double.services.diffs import Diffs
from tests.gitaly_double.services.refs import Refs
from tests.gitaly_double.services.repositories import Repositories
from tests.gitaly_double.services.smart_http import SmartHttp
from tests.gitaly_double.services.ssh import Ssh
from tests.gitaly_double.settings import DoubleSettings

# A push keeps one thread while the API's calls for it need others.
THREADS = 16
OPTIONS = (
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
)


@dataclass(frozen=True, slots=True)
class GitalyDouble:
    """A running double, as a test sees it."""

    settings: DoubleSettings
    address: str
    tcp_address: str
    _gate: Gate

    @property
    def calls(self) -> list[Call]:
        """Return the calls received so far, oldest first."""
        return list(self._gate.calls)

    def fail(
        self, method: str, code: grpc.StatusCode, text: str = "prepared failure", *, times: int | None = None
    ) -> None:
        """Let later calls of a method, such as ``"RefExists"``, end with this status: so many, else all."""
        self._gate.failures[method] = Refusal(code, text)
        if times is not None:
            self._gate.times[method] = times

    def say_nothing(self, method: str) -> None:
        """Let every later call of a method end well without a message."""
        self._gate.silent.add(method)

    def delay(self, method: str, *, seconds: float) -> None:
        """Let every later call of a method wait before it does anything."""
        self._gate.delays[method] = seconds

    def let_meet(self, method: str, *, count: int, seconds: float = 10) -> None:
        """Let later calls of a method wait until so many are there at once; in vain they fail."""
        self._gate.meetings[method] = threading.Barrier(count, timeout=seconds)

    def break_off(self, method: str) -> None:
        """Let every later call of a method with a streamed answer die after its first message."""
        self._gate.broken_off.add(method)

    def mend(self) -> None:
        """Undo what has been prepared: answer everything in full and at once."""
        self._gate.failures.clear()
        self._gate.times.clear()
        self._gate.silent.clear()
        self._gate.delays.clear()
        self._gate.meetings.clear()
        self._gate.broken_off.clear()

    def forget_calls(self) -> None:
        """Start the record of calls anew."""
        self._gate.calls.clear()


@contextmanager
def running(settings: DoubleSettings, *, tls: grpc.ServerCredentials | None = None) -> Iterator[GitalyDouble]:
    """Serve on a Unix socket and on a free TCP port until the block ends."""
    write_hooks(settings.hooks, custom_hooks=settings.custom_hooks)
    gate = Gate(version=settings.version, token=settings.token)
    pool = futures.ThreadPoolExecutor(max_workers=THREADS)
    server = grpc.server(pool, interceptors=[gate], options=OPTIONS)
    _add_services(server, settings)
    server.add_insecure_port(f"unix:{settings.socket}")
    scheme, port = "tcp", 0
    if tls:
        scheme, port = "tls", server.add_secure_port("localhost:0", tls)
    else:
        port = server.add_insecure_port("localhost:0")
    server.start()
    try:
        address = f"unix:{settings.socket}"
        yield GitalyDouble(settings, address, f"{scheme}://localhost:{port}", gate)
    finally:
        server.stop(grace=0).wait()
        pool.shutdown()


def _add_services(server: grpc.Server, settings: DoubleSettings) -> None:
    stubs.add_RepositoryServiceServicer_to_server(Repositories(settings), server)
    stubs.add_RefServiceServicer_to_server(Refs(settings), server)
    stubs.add_CommitServiceServicer_to_server(Commits(settings), server)
    stubs.add_BlobServiceServicer_to_server(Blobs(settings), server)
    stubs.add_DiffServiceServicer_to_server(Diffs(settings), server)
    stubs.add_SSHServiceServicer_to_server(Ssh(settings), server)
    stubs.add_SmartHTTPServiceServicer_to_server(SmartHttp(settings), server)
