"""How long a write lasts: for what may be lost with a power cut, SQLite need not wait for the disk."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def may_be_lost() -> Iterator[None]:
    """Let statements of a block, each by itself, be written without waiting for the disk.

    They outlive the process, but not the power; the database stays sound. In a transaction, which lasts as a
    whole, and on PostgreSQL nothing changes.
    """
    connection.ensure_connection()
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    execute = connection.connection.execute
    execute("PRAGMA synchronous = NORMAL")
    try:
        yield
    finally:
        execute("PRAGMA synchronous = FULL")
