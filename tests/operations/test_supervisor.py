"""One process over two others."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from unittest.mock import Mock

import pytest

from apps.operations import processes, supervisor
from apps.operations.processes import fork
from apps.operations.supervisor import Child, Supervisor

SLEEP = [sys.executable, "-S", "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable, "-S", "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(supervisor, "POLL", 0.02)
    monkeypatch.setattr(supervisor, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(supervisor, "GRACE", 5)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def running() -> Iterator[Supervisor]:
    supervised = Supervisor(child(SLEEP), child(SLEEP))
    supervised.start()
    yield supervised
    for each in (supervised.web, supervised.worker):
        if each.process.poll() is None:
            each.process.kill()
            each.process.wait()


def child(command: list[str]) -> Child:
    """Return one that runs a program; a process with threads is not forked here."""
    return Child(partial(subprocess.Popen, command))


def during(supervised: Supervisor, act: Callable[[], None]) -> int:
    """Watch in the main thread, where signals arrive, while ``act`` runs in another."""
    thread = threading.Thread(target=act)
    thread.start()
    code = supervised.watch()
    thread.join()
    return code


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_both(running: Supervisor, number: signal.Signals) -> None:
    code = during(running, lambda: os.kill(os.getpid(), number))

    assert code == 0
    assert running.web.process.returncode == -signal.SIGTERM
    assert running.worker.process.returncode == -signal.SIGTERM


def test_without_web_server_the_worker_ends_too(running: Supervisor) -> None:
    code = during(running, running.web.process.kill)

    assert code == 1
    assert running.worker.process.returncode == -signal.SIGTERM


def test_a_dead_worker_is_replaced(running: Supervisor) -> None:
    first = running.worker.process

    def kill_worker_then_ask() -> None:
        first.kill()
        while running.worker.process is first:
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)

    code = during(running, kill_worker_then_ask)

    assert code == 0
    assert first.returncode == -signal.SIGKILL
    assert running.worker.process.returncode == -signal.SIGTERM


def test_the_pause_before_another_worker_grows_while_it_dies_at_once() -> None:
    hasty = child([sys.executable, "-S", "-c", ""])
    hasty.start()
    pauses = []

    for _ in range(3):
        hasty.process.wait()
        hasty.revive()
        pauses.append(hasty._pause)
        hasty._due = 0
        hasty.revive()
    hasty.process.wait()

    assert pauses == [2 * supervisor.FIRST_PAUSE, 4 * supervisor.FIRST_PAUSE, 8 * supervisor.FIRST_PAUSE]


def test_a_worker_that_cannot_be_started_is_tried_again() -> None:
    hasty = child([sys.executable, "-S", "-c", ""])
    hasty.start()
    hasty.process.wait()
    launch, hasty.launch = hasty.launch, Mock(side_effect=BlockingIOError("too many processes"))
    hasty._due = 0

    hasty.revive()  # raises nothing: the web server goes on
    hasty.launch = launch
    hasty.revive()
    hasty._due = 0
    before = hasty.process
    hasty.revive()

    assert hasty.process is not before
    assert hasty.process.wait() == 0


def test_what_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "GRACE", 0.2)
    supervised = Supervisor(child(STUBBORN), child(SLEEP))
    supervised.start()
    time.sleep(0.5)  # until it ignores the signal

    code = during(supervised, lambda: os.kill(os.getpid(), signal.SIGTERM))

    assert code == 0
    assert supervised.web.process.returncode == -signal.SIGKILL


def test_children_end_with_a_killed_supervisor() -> None:
    script = (
        "import time\n"
        "from functools import partial\n"
        "from apps.operations.processes import fork\n"
        "from apps.operations.supervisor import Child\n"
        "Child(partial(fork, partial(time.sleep, 60))).start()\n"
        "print('started', flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert parent.stdout
    assert parent.stdout.readline() == b"started\n"

    parent.kill()

    # The child holds the pipe too: it is at its end once both are gone.
    assert parent.communicate(timeout=10)[0] == b""


def test_a_fork_tells_how_it_ended_and_drops_what_is_not_its_business() -> None:
    readable, writable = os.pipe()

    def work() -> None:
        try:
            os.fstat(readable)
        except OSError:
            os.write(writable, b"closed")
        sys.exit(3)

    process = fork(work, close=[readable])

    assert process.wait(timeout=10) == 3
    assert os.read(readable, 10) == b"closed"
    os.close(readable)
    os.close(writable)


def test_a_fork_misses_no_signal_that_comes_before_it_is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the handlers that it inherits, one would swallow the signal."""
    monkeypatch.setattr(processes, "end_with_parent", lambda: os.kill(os.getpid(), signal.SIGTERM))
    before = signal.signal(signal.SIGTERM, lambda number, frame: None)
    try:
        process = fork(lambda: time.sleep(60))
        assert process.wait(timeout=10) == -signal.SIGTERM
    finally:
        signal.signal(signal.SIGTERM, before)

    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == set()
