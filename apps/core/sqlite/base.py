"""Django's backend, which writes as many rows with one statement as the library takes.

Django 5.2 supposes 999 parameters, the limit before SQLite 3.32; Django 6 asks the library, as is done here.

Who writes waits for whoever else is writing, for as long as ``timeout`` says. In a process that answers
requests not all threads may wait like that: whoever finds no place among those who wait does so briefly.
"""

import sqlite3
from contextlib import closing, suppress
from typing import Any

from django.db.backends.sqlite3 import base, features

from apps.core import waiting

BRIEFLY = 0.25  # seconds that a writer without a place waits at least; far more than one transaction takes
_WRITES = frozenset({"INSERT", "UPDATE", "DELETE", "BEGIN "})


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
        if (
            not waiting.is_bound()
            or self.connection.in_transaction
            or query.lstrip()[:6].upper() not in _WRITES
        ):
            return super().execute(query, params)
        places = waiting.places()
        with places.one_if_free() as has_place:
            if has_place:
                return super().execute(query, params)
            return self._execute_soon(query, params, max(BRIEFLY, places.patience()))

    def _execute_soon(self, query: str, params: Any, seconds: float) -> Any:
        """Run a statement, and wait no longer than that for another writer."""
        (usual,) = self.connection.execute("PRAGMA busy_timeout").fetchone()
        self.connection.execute(f"PRAGMA busy_timeout = {min(usual, round(seconds * 1000))}")
        try:
            return super().execute(query, params)
        finally:
            self.connection.execute(f"PRAGMA busy_timeout = {usual}")


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection with these features and cursors."""

    features_class = DatabaseFeatures

    def create_cursor(self, name: str | None = None) -> Cursor:
        """Return a cursor of the driver."""
        cursor: Cursor = self.connection.cursor(factory=Cursor)
        return cursor
