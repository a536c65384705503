"""Child processes that end with their parent, and ending one for sure."""

import ctypes
import signal
import subprocess
import sys

_PR_SET_PDEATHSIG = 1


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


def wait_or_kill(process: subprocess.Popen[bytes], *, grace: float) -> int:
    """Wait for a process that was asked to end, kill it after ``grace`` seconds, and return its exit code."""
    try:
        return process.wait(timeout=grace)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
