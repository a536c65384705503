"""Real workers as processes, on the database of the test."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent
LEASE = 2  # seconds
TIMEOUT = 60  # seconds; generous for a busy machine


def database_url() -> str:
    """Return the URL of the database that this test uses now."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    server, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    return f"{server}/{name}"


@contextmanager
def worker(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker with a short lease; whatever happens, it is gone at the end."""
    command = [sys.executable, "manage.py", "worker", "--interval=0.1", *arguments]
    environment = {**os.environ, "DATABASE_URL": database_url(), "JOB_LEASE": str(LEASE)}
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for something that workers bring about."""
    end = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
