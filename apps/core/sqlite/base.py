"""Django's backend, which writes as many rows with one statement as the library takes.

Django 5.2 supposes 999 parameters, the limit before SQLite 3.32; Django 6 asks the library, as is done here.

Who writes waits for whoever else is writing, for as long as ``timeout`` says. In a process that answers
requests not all threads may wait like that: whoever finds no place among those who wait does so briefly.

SQLite waits by sleeping for up to a tenth of a second, during which others come and go. Here one thread of a
process asks again and again, and the others wait for it.
"""

import random
import sqlite3
import threading
import time
from contextlib import closing, nullcontext, suppress
from typing import Any

from django.db.backends.sqlite3 import base, features

from apps.core import waiting

BRIEFLY = 0.25  # seconds that a writer without a place waits at least; far more than one transaction takes
_WRITES = frozenset({"INSERT", "UPDATE", "DELETE", "BEGIN "})
_PAUSE = 0.0003  # seconds between two tries, on average; more where one has been waiting for long
_turn = threading.Lock()


def _parameters_of_one_statement() -> int:
    with closing(sqlite3.connect(":memory:")) as connection:
        return connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)


class DatabaseFeatures(features.DatabaseFeatures):
    """What this very SQLite can do."""

    max_query_params = _parameters_of_one_statement()


class Cursor(base.SQLiteCursorWrapper):
    """A cursor that waits for other writers as ``waiting`` lets it, and keeps nothing of what has failed.

    Before Python 3.12 a cursor keeps the statement that failed, which the connection's cache gives to the
    next cursor as well. In a cycle with the traceback it stays until some thread collects the garbage: that
    one resets the statement, under whoever runs it by then. If that is a ``BEGIN IMMEDIATE`` which waits for
    the very thread that collects, both wait until the time is up, and nobody else writes.
    """

    def execute(self, query: str, params: Any = None) -> Any:
        """Run one statement; the first one of a transaction and one that stands alone may have to wait."""
        try:
            return self._execute(query, params)
        except sqlite3.Error:
            self._let_go()
            raise

    def executemany(self, query: str, param_list: Any) -> Any:
        """Run one statement for each row."""
        try:
            return super().executemany(query, param_list)
        except sqlite3.Error:
            self._let_go()
            raise

    def _let_go(self) -> None:
        with suppress(sqlite3.Error):
            super().execute("")

    def _execute(self, query: str, params: Any) -> Any:
        if self.connection.in_transaction or query.lstrip()[:6].upper() not in _WRITES:
            return super().execute(query, params)
        (usual,) = self.connection.execute("PRAGMA busy_timeout").fetchone()
        if not waiting.is_bound():
            return self._execute_in_turn(query, params, usual, usual / 1000)
        places = waiting.places()
        with places.one_if_free() as has_place:
            seconds = usual / 1000 if has_place else min(usual / 1000, max(BRIEFLY, places.patience()))
            return self._execute_in_turn(query, params, usual, seconds)

    def _execute_in_turn(self, query: str, params: Any, usual: int, seconds: float) -> Any:
        """Run a statement as soon as nobody writes, within so many seconds."""
        until = time.monotonic() + seconds
        if not _turn.acquire(timeout=seconds):
            raise sqlite3.OperationalError("database is locked")
        try:
            self.connection.execute("PRAGMA busy_timeout = 0")
            try:
                return self._try_until(until, query, params)
            finally:
                self.connection.execute(f"PRAGMA busy_timeout = {usual}")
        finally:  # whatever has failed, the connection's end included: nobody else would have a turn
            _turn.release()

    def _try_until(self, until: float, query: str, params: Any) -> Any:
        pause = _PAUSE
        while True:
            try:
                return super().execute(query, params)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                    raise
            time.sleep(random.uniform(0.5, 1.5) * pause)  # noqa: S311 -- so that two processes do not ask in step
            pause = min(pause * 1.02, 10 * _PAUSE)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection with these features and cursors."""

    features_class = DatabaseFeatures
    own_wrappers = 0
    guard = nullcontext

    def create_cursor(self, name: str | None = None) -> Cursor:
        """Return a cursor of the driver."""
        cursor: Cursor = self.connection.cursor(factory=Cursor)
        return cursor
