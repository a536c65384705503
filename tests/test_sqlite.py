"""The database backend of SQLite: what one connection leaves behind holds up no other one."""

import gc
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import connection as django_connection
from django.db import transaction

from apps.core.sqlite.base import Cursor
from apps.core.sqlite.durability import may_be_lost

PATIENCE = 3.0  # seconds that a writer waits for another one
BEGIN = "BEGIN IMMEDIATE"
NORMAL, FULL = 1, 2


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """A database in whose process no garbage is collected but when a test says so."""
    path = tmp_path / "db.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE kept (number INTEGER UNIQUE)")
    gc.collect()
    gc.disable()
    yield path
    gc.enable()


class Cycle:
    """Garbage that only the collector finds, as an error with its traceback is."""

    def __init__(self, cursor: Cursor) -> None:
        self.itself = self
        self.cursor = cursor


def fail(connection: sqlite3.Connection, statement: str, holder: sqlite3.Connection) -> None:
    """Let a cursor fail because another connection writes, and leave it as garbage."""
    holder.execute(BEGIN)
    connection.execute("PRAGMA busy_timeout = 10")
    cursor = connection.cursor(factory=Cursor)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        cursor.execute(statement)
    Cycle(cursor)
    connection.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000:.0f}")
    holder.execute("ROLLBACK")


@pytest.mark.parametrize("statement", [BEGIN, "INSERT INTO kept VALUES (1)"])
def test_whoever_writes_collects_the_garbage_of_who_waits(file: Path, statement: str) -> None:
    has_failed, holds = threading.Event(), threading.Event()
    outcomes: list[str] = []

    def wait() -> None:
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            with closing(sqlite3.connect(file, isolation_level=None)) as other:
                fail(connection, statement, other)
            has_failed.set()
            holds.wait()
            connection.cursor(factory=Cursor).execute(statement)
            outcomes.append("written")

    waiter = threading.Thread(target=wait)
    waiter.start()
    has_failed.wait()
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute(BEGIN)
        holds.set()
        time.sleep(0.3)  # the other one waits now
        began = time.monotonic()
        gc.collect()
        took = time.monotonic() - began
        holder.execute("ROLLBACK")
    waiter.join()

    assert took < PATIENCE / 2
    assert outcomes == ["written"]


def test_a_cursor_that_has_failed_can_be_used_again(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        cursor = connection.cursor(factory=Cursor)
        cursor.execute("INSERT INTO kept VALUES (%s)", [1])
        with pytest.raises(sqlite3.IntegrityError):
            cursor.execute("INSERT INTO kept VALUES (%s)", [1])
        with pytest.raises(sqlite3.IntegrityError):
            cursor.executemany("INSERT INTO kept VALUES (%s)", [(1,), (2,)])

        assert cursor.execute("SELECT number FROM kept").fetchall() == [(1,)]


def test_a_writer_waits_as_long_as_its_connection_says(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute(BEGIN)
        with closing(sqlite3.connect(file, isolation_level=None, timeout=0.2)) as connection:
            began = time.monotonic()
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                connection.cursor(factory=Cursor).execute(BEGIN)
            assert time.monotonic() - began >= 0.2
            assert connection.execute("PRAGMA busy_timeout").fetchone() == (200,)


def test_whoever_has_no_turn_waits_no_longer_either(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute(BEGIN)
        failed: list[str] = []

        def write() -> None:
            with closing(sqlite3.connect(file, isolation_level=None, timeout=0.2)) as connection:
                try:
                    connection.cursor(factory=Cursor).execute(BEGIN)
                except sqlite3.OperationalError as error:
                    failed.append(str(error))

        writers = [threading.Thread(target=write) for _ in range(5)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()

    assert failed == ["database is locked"] * 5


@pytest.mark.django_db(transaction=True)
def test_what_may_be_lost_does_not_wait_for_the_disk() -> None:
    def synchronous() -> int:
        with django_connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous")
            return int(cursor.fetchone()[0])

    if django_connection.vendor != "sqlite":
        with may_be_lost():
            return
    with may_be_lost():
        assert synchronous() == NORMAL
    assert synchronous() == FULL
    with transaction.atomic(), may_be_lost():
        assert synchronous() == FULL


class Failing(sqlite3.Connection):
    """A connection that ends while a statement waits: its limit cannot be put back."""

    def execute(self, statement: str, *parameters: Any) -> sqlite3.Cursor:
        if statement == "PRAGMA busy_timeout = 200":
            raise sqlite3.ProgrammingError("Cannot operate on a closed database.")
        return super().execute(statement, *parameters)


def test_whose_connection_ends_leaves_the_turn_to_others(file: Path) -> None:
    ended = sqlite3.connect(file, isolation_level=None, timeout=0.2, factory=Failing)
    with closing(ended), pytest.raises(sqlite3.ProgrammingError):
        ended.cursor(factory=Cursor).execute("INSERT INTO kept VALUES (1)")
    with closing(sqlite3.connect(file, isolation_level=None, timeout=0.3)) as connection:
        connection.cursor(factory=Cursor).execute("INSERT INTO kept VALUES (2)")

        assert connection.execute("SELECT COUNT(*) FROM kept").fetchone() == (2,)
