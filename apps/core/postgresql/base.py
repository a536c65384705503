"""The database backend that ``DATABASE_URL=postgres://…`` selects."""

import random
import select
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from django.conf import settings
from django.db import InternalError, OperationalError
from django.db.backends.postgresql import base
from psycopg2 import errors

from apps.core.postgresql import crowding, patience

SHORTEST_CONNECT_TIMEOUT = 2  # seconds; libpq takes no less


class DatabaseWrapper(base.DatabaseWrapper):
    """Waits no longer than the request does, and gets by with fewer connections than threads.

    A server that only reads, such as a standby, is an ``OperationalError`` here, as it is on SQLite. The
    driver calls that an ``InternalError``, which otherwise is a fault of ours.

    Django asks every request's connection whether it still works, with a query of its own. A connection that
    the server has closed is readable, an idle one is not: looking at its socket tells them apart. Only when
    there is something to read is the server asked.
    """

    own_wrappers = 1
    """How many of ``execute_wrappers`` are this backend's: those of others listen."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.execute_wrappers.append(self._watched)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect; wait a little where the server has no connection left."""
        limit = patience.seconds()
        if limit is not None:
            shorter = min(conn_params.get("connect_timeout", limit), limit)
            conn_params = {**conn_params, "connect_timeout": max(SHORTEST_CONNECT_TIMEOUT, int(shorter))}
        until = time.monotonic() + settings.DATABASE_CONNECT_WAIT
        while True:
            try:
                return super().get_new_connection(conn_params)
            except psycopg2.OperationalError as error:
                if not crowding.is_full(error) or time.monotonic() > until:
                    raise
            crowding.say_so()
            time.sleep(random.uniform(0.02, 0.1))  # noqa: S311 -- so that not all come back at once

    def init_connection_state(self) -> None:
        """Let the server, too, give up what a request has given up."""
        super().init_connection_state()
        if patience.seconds() is not None and settings.DATABASE_PUSH_TIMEOUT:
            with self.cursor() as cursor:
                cursor.execute("SET statement_timeout = %s", [settings.DATABASE_PUSH_TIMEOUT * 1000])

    def close_if_unusable_or_obsolete(self) -> None:
        """Keep the connection for the next request, or lend it."""
        if crowding.is_lending_time() and self.connection is not None and not self.in_atomic_block:
            self.close()
        else:
            super().close_if_unusable_or_obsolete()

    def is_usable(self) -> bool:
        """Whether the connection can be used again."""
        connection = self.connection
        if connection is None or connection.closed:
            return False
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
        if not poll.poll(0):
            return True
        with patience.WATCH.over(connection):
            return super().is_usable()

    def _watched(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        with self.guard():
            return execute(sql, params, many, context)

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Watch over a statement, and name what its failure means."""
        try:
            with patience.WATCH.over(self.connection):
                yield
        except InternalError as error:
            if isinstance(error.__cause__, errors.ReadOnlySqlTransaction):
                raise OperationalError(*error.args) from error.__cause__
            raise

    def _commit(self) -> None:
        with patience.WATCH.over(self.connection):
            super()._commit()  # type: ignore[misc]  # the stubs leave it out

    def _rollback(self) -> None:
        with patience.WATCH.over(self.connection):
            super()._rollback()  # type: ignore[misc]  # as above
