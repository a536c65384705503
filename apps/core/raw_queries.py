"""One row by SQL of our own, for what is asked at every Git command."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

Values = Sequence[Any] | Mapping[str, Any]


def first_row(statement: str, values: Values) -> Any:
    """Return the first row of an answer as a tuple, or ``None``.

    Django's cursor costs as much as the query. Where nobody listens to it, the driver's own is asked, on
    Django's connection and with everything that keeps this one sound: its health check, the state of its
    transaction, its exceptions. SQLite's driver keeps the statements that it has prepared.

    Args:
        statement: with ``%s`` for values in a row, or ``%(name)s`` for values with names.
        values: numbers and texts; SQLite takes moments and dates as texts.
    """
    database: Any = connections[DEFAULT_DB_ALIAS]
    if database.queries_logged or len(database.execute_wrappers) > database.own_wrappers:
        with database.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchone()
    database.close_if_health_check_failed()
    database.ensure_connection()
    database.validate_no_broken_transaction()
    with database.guard(), database.wrap_database_errors:
        if database.vendor == "sqlite":
            names = tuple(values) if isinstance(values, Mapping) else ()
            return database.connection.execute(_in_sqlite(statement, names), values).fetchone()
        with database.connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchone()


@lru_cache(maxsize=64)
def _in_sqlite(statement: str, names: tuple[str, ...]) -> str:
    """Return the statement with the placeholders of SQLite's driver."""
    if names:
        return statement % {name: f":{name}" for name in names}
    return statement.replace("%s", "?")
