"""One running instance per folder: two would share database, files and jobs without knowing of each other."""

import fcntl
import os
from pathlib import Path

NAME = "serve.pid"


class AlreadyRunning(Exception):
    """Another process holds the folder; ``pid`` is its number as far as it is known."""

    def __init__(self, pid: str) -> None:
        super().__init__(pid)
        self.pid = pid


def hold(folder: Path) -> int:
    """Hold the folder and return the open file that does it; the kernel lets go when it is closed.

    Raises:
        AlreadyRunning: somebody else holds it.
    """
    descriptor = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pid = os.read(descriptor, 20).decode().strip()
        os.close(descriptor)
        raise AlreadyRunning(pid or "unknown") from None
    os.truncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())
    return descriptor
