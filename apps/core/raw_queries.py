"""One row by SQL of our own, for what is asked at every Git command."""

from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections


def first_row(statement: str, values: Sequence[Any]) -> Any:
    """Return the first row of an answer as a tuple, or ``None``.

    Django's cursor costs as much as the query. Where nobody listens to it, the driver's own is asked, on
    Django's connection and with everything that keeps this one sound: its health check, the state of its
    transaction, its exceptions.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.vendor != "postgresql" or database.queries_logged or database.execute_wrappers:
        with database.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchone()
    database.close_if_health_check_failed()
    database.ensure_connection()
    database.validate_no_broken_transaction()
    with database.wrap_database_errors, database.connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()
