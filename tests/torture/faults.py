"""The faults: processes that are killed, servers that are restarted or frozen, Gitaly, secrets, the disk."""

import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager

import grpc

from tests.instances import ROOT
from tests.torture.neighbours import Neighbour, family, signalled
from tests.torture.stage import ABSENT, Stage

HALF = b"POST /api/v4/internal/allowed HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx"
GONE: frozenset[int | str] = frozenset({503, *ABSENT})
ASKED = ("HasLocalBranches", "ListLFSPointers")
"""What the clients' pushes make the service ask Gitaly."""


def of_processes(stage: Stage, *, short: bool) -> None:
    """kill -9 for every process, by what it is, and for all at once."""
    times = 1 if short else 3
    kinds = ("web worker", "job worker", "gunicorn master", "supervisor")
    for kind in kinds[:2] if short else kinds:
        stage.try_fault(f"kill -9: a {kind}", killing(kind), times=times, allowed=GONE)
    stage.try_fault("kill -9: every process of the service", _kill_all, times=times, allowed=GONE)
    if not short:
        stage.try_fault("SIGTERM, and started again", _terminate, allowed=GONE)


def killing(kind: str) -> Callable[[Stage], None]:
    def kill(stage: Stage) -> None:
        signalled(stage.service.one(kind), signal.SIGKILL)
        time.sleep(0.2)

    return kill


def _kill_all(stage: Stage) -> None:
    for pid in family(stage.service.one("supervisor")):
        signalled(pid, signal.SIGKILL)
    time.sleep(0.2)


def _terminate(stage: Stage) -> None:
    signalled(stage.service.one("supervisor"), signal.SIGTERM)
    time.sleep(1)


def of_servers(stage: Stage, *, short: bool) -> None:
    """Restart and freeze of PostgreSQL and Redis; another writer of SQLite."""
    times = 1 if short else 3
    for server in filter(None, (stage.postgresql, stage.redis)):
        stage.try_fault(f"{server.name} killed and started again", _restarting(server), times=times)
        stage.try_fault(f"{server.name} frozen and woken", _freezing(server))
    if stage.postgresql is None:
        stage.try_fault("another program holds SQLite's write lock", _hold_lock)


def _restarting(server: Neighbour) -> Callable[[Stage], None]:
    def restart(stage: Stage) -> None:
        server.kill()
        time.sleep(stage.seconds / 2)
        stage.probe("/-/liveness", within=1)
        server.start()

    return restart


def _freezing(server: Neighbour) -> Callable[[Stage], None]:
    def freeze(stage: Stage) -> None:
        ends = time.monotonic() + stage.seconds
        with server.frozen():
            stage.probe("/-/liveness", within=1)
            stage.probe("/-/readiness", within=3, expected=frozenset({503}))
            stage.probe("/metrics", within=5)
            time.sleep(max(0.0, ends - time.monotonic()))

    return freeze


def _hold_lock(stage: Stage) -> None:
    with closing(sqlite3.connect(stage.ledger.database, isolation_level=None, timeout=20)) as other:
        other.execute("BEGIN IMMEDIATE")
        stage.probe("/-/liveness", within=1)
        stage.probe("/-/readiness", within=3, expected=frozenset({503}))
        stage.probe("/metrics", within=5)
        time.sleep(stage.seconds)
        other.execute("ROLLBACK")


def of_gitaly(stage: Stage, *, short: bool) -> None:
    """Gitaly that hangs, lies, resets."""
    with _gitaly(stage):
        stage.try_fault("Gitaly hangs", _lasting(stage, _hang))
    if short:
        return
    for code in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL, grpc.StatusCode.UNAUTHENTICATED):
        with _gitaly(stage):
            stage.try_fault(f"Gitaly says {code.name}", _lasting(stage, _failing(code)))
    with _gitaly(stage):
        stage.try_fault("Gitaly ends its calls without an answer", _lasting(stage, _say_nothing))
    with _gitaly(stage):
        stage.try_fault("Gitaly breaks its answers off", _lasting(stage, _break_off))


def _lasting(stage: Stage, begin: Callable[[Stage], None]) -> Callable[[Stage], None]:
    def fault(stage: Stage) -> None:
        begin(stage)
        began = time.monotonic()
        status, _ = stage.clients.ask("lookup", "GET", "/api/v4/internal/discover?key_id=11")
        if status != 200 or time.monotonic() - began > 5:
            stage.failures.append(f"a lookup needed {time.monotonic() - began:.1f} s: {status}")
        time.sleep(stage.seconds)
        _mend(stage)

    return fault


@contextmanager
def _gitaly(stage: Stage) -> Iterator[None]:
    try:
        yield
    finally:
        _mend(stage)


def _mend(stage: Stage) -> None:
    for prepared in (stage.gate.failures, stage.gate.delays, stage.gate.silent, stage.gate.broken_off):
        prepared.clear()


def _hang(stage: Stage) -> None:
    for method in ASKED:
        stage.gate.delays[method] = stage.seconds + 1


def _failing(code: grpc.StatusCode) -> Callable[[Stage], None]:
    from tests.gitaly_double.refusals import Refusal

    def fail(stage: Stage) -> None:
        for method in ASKED:
            stage.gate.failures[method] = Refusal(code, "prepared failure")

    return fail


def _say_nothing(stage: Stage) -> None:
    stage.gate.silent.update(ASKED[:1])


def _break_off(stage: Stage) -> None:
    stage.gate.broken_off.update(ASKED[1:])


def of_clients(stage: Stage) -> None:
    """Clients that send half of their requests, or nothing."""
    stage.try_fault("half-sent: 16 bodies, 16 headers, 60 nothing", _half_sent)


def _half_sent(stage: Stage) -> None:
    parts = [HALF] * 16 + [HALF[:40]] * 16 + [b""] * 60
    with ExitStack() as stack:
        for part in parts:
            client = stack.enter_context(
                closing(socket.create_connection(("127.0.0.1", stage.service.port), timeout=10))
            )
            client.sendall(part)
        began = time.monotonic()
        stage.clients.look()
        if (took := time.monotonic() - began) > 2:
            stage.failures.append(f"a lookup and a check waited {took:.1f} s for half-sent requests")
        time.sleep(stage.seconds)


def of_secrets(stage: Stage, *, short: bool) -> None:
    """Secrets that are rotated, truncated, missing: nobody gets in, and whoever should does again."""
    refused: frozenset[int | str] = frozenset({401, 503})
    stage.try_fault("the shared secret is truncated", _truncate, allowed=refused, finished=False)
    if short:
        return
    stage.try_fault("the shared secret is missing", _remove, allowed=refused, finished=False)
    stage.try_fault("the shared secret is rotated and retired", _rotate, allowed=refused, finished=False)


def _rotate(stage: Stage) -> None:
    _manage(stage, "secret", "rotate", "shell")
    if stage.clients.push()[0] != 200:
        stage.failures.append("the previous secret is refused right after a rotation")
    stage.clients.reread()
    time.sleep(0.5)
    _manage(stage, "secret", "retire", "shell", "--force")


def _truncate(stage: Stage) -> None:
    _spoilt(stage, b"\n")


def _remove(stage: Stage) -> None:
    _spoilt(stage, None)


def _spoilt(stage: Stage, content: bytes | None) -> None:
    file = stage.service.data / ".gitlab_shell_secret"
    before = file.read_bytes()
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    time.sleep(0.1)
    try:
        for secret in (stage.clients.secret, "", "Cg=="):
            status = _asked_with(stage, secret)
            if status != 401:
                stage.failures.append(f"without a secret file somebody was answered with {status}")
        time.sleep(stage.seconds / 2)
    finally:
        file.touch(mode=0o600)
        file.write_bytes(before)


def _asked_with(stage: Stage, secret: str) -> int | str:
    usual = stage.clients.secret
    stage.clients.secret = secret
    try:
        return stage.clients.ask("check", "GET", "/api/v4/internal/check")[0]
    finally:
        stage.clients.secret = usual


def _manage(stage: Stage, *arguments: str) -> None:
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    ran = subprocess.run(
        command, env=stage.service.settings, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        stage.failures.append(f"{' '.join(arguments)}: {ran.stdout}{ran.stderr}")
