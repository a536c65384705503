"""Jobs that leave marks in a file, for workers in other processes."""

import time
from pathlib import Path

from django.db import connection
from django_tasks import task


@task()
def linger(path: str, seconds: float) -> None:
    """Note the beginning, take a while, note the end."""
    _mark(path, "begun")
    time.sleep(seconds)
    _mark(path, "done")


@task()
def fail_once(path: str) -> None:
    """Fail the first time."""
    _mark(path, "begun")
    if marks(path) == ["begun"]:
        raise RuntimeError("not yet")


@task()
def lose_connection_once(path: str) -> None:
    """Let PostgreSQL end the connection, the first time."""
    _mark(path, "begun")
    if marks(path) == ["begun"]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


@task()
def fail(path: str) -> None:
    """Fail every time."""
    _mark(path, "begun")
    raise RuntimeError("never")


@task()
def fail_unspeakably(text: str) -> None:
    """Fail with a text that no database takes, escaped in what the queue keeps."""
    raise RuntimeError(text.encode().decode("unicode_escape"))


def _mark(path: str, word: str) -> None:
    with Path(path).open("a") as file:
        file.write(f"{word}\n")


def marks(path: str) -> list[str]:
    """Return what has been noted."""
    file = Path(path)
    return file.read_text().split() if file.exists() else []
