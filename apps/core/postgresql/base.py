"""The database backend that ``DATABASE_URL=postgres://…`` selects."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Django asks every request's connection whether it still works, with a query of its own.

    A connection that the server has closed is readable, an idle one is not: looking at its socket tells them
    apart. Only when there is something to read is the server asked.
    """

    def is_usable(self) -> bool:
        """Whether the connection can be used again."""
        connection = self.connection
        if connection is None or connection.closed:
            return False
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
        return not poll.poll(0) or super().is_usable()
