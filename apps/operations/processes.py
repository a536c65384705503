"""Child processes that end with their parent, and ending one for sure."""

import ctypes
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Protocol

_PR_SET_PDEATHSIG = 1
_ENDING = (signal.SIGTERM, signal.SIGINT)


class Process(Protocol):
    """What ``subprocess.Popen`` and ``Fork`` have in common."""

    @property
    def returncode(self) -> int | None:
        """How it ended; minus the number of a signal."""

    def poll(self) -> int | None:
        """Return the code once it has ended."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; ``TimeoutExpired`` after so many seconds."""

    def terminate(self) -> None:
        """Send SIGTERM."""

    def kill(self) -> None:
        """Send SIGKILL."""


class Fork:
    """A fork of this process."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._process = multiprocessing.get_context("fork").Process(target=work)
        self._process.start()

    @property
    def returncode(self) -> int | None:
        """How it ended; minus the number of a signal."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """Return the code once it has ended."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired([], timeout or 0)
        return self._process.exitcode

    def terminate(self) -> None:
        """Send SIGTERM."""
        self._process.terminate()

    def kill(self) -> None:
        """Send SIGKILL."""
        self._process.kill()


def fork(work: Callable[[], None], *, close: Sequence[int] = ()) -> Fork:
    """Run ``work`` in a fork that ends with this process; the files ``close`` are not its business.

    A signal that ends it waits until it has done with the handlers of this process, which would swallow it.
    """
    parent = os.getpid()

    def begin() -> None:
        end_with_parent()
        if os.getppid() != parent:  # it died before the kernel had been asked
            sys.exit(1)
        os.setsid()  # Ctrl-C goes to every process of a terminal's group; the children are told by us, once
        for number in _ENDING:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for descriptor in close:
            os.close(descriptor)
        work()

    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        return Fork(begin)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def end_with_parent() -> None:
    """Let the kernel send SIGTERM to this process when its parent dies, even by SIGKILL.

    For ``preexec_fn``; only Linux can do it, elsewhere a killed parent leaves its children running.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def stop(process: subprocess.Popen[bytes], *, grace: float, by: signal.Signals = signal.SIGTERM) -> int:
    """Ask a process to end, kill it after ``grace`` seconds, and return its exit code."""
    if process.poll() is None:
        process.send_signal(by)
    return wait_or_kill(process, grace=grace)


def wait_or_kill(process: Process, *, grace: float) -> int:
    """Wait for a process that was asked to end, kill it after ``grace`` seconds, and return its exit code."""
    try:
        return process.wait(timeout=grace)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
