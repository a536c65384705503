"""Whether the database takes writes: tried with a row of the probe's own, which is gone when it ends.

Reading alone would say that all is well while the disk is full, the server a replica, or SQLite's one place
for a writer taken: then every push is rejected.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from apps.core.postgresql import patience
from apps.core.shared_store.models import Entry

PATIENCE = 1.0  # seconds; whoever asks waits two, and asks for more than this


def write() -> None:
    """Write and remove a row, and wait no longer than ``PATIENCE`` for it; an instance that only reads reads.

    Raises:
        DatabaseError: the database takes no writes now.
    """
    if settings.READ_ONLY:
        Entry.objects.filter(key="").exists()
        return
    with patience.at_most(PATIENCE), _patience(), transaction.atomic():
        if connection.vendor == "postgresql":
            _execute(f"SET LOCAL statement_timeout = {_milliseconds(PATIENCE)}")
        entry = Entry.objects.create(key=f"probe:{uuid4().hex}", expires_at=timezone.now())
        entry.delete()


@contextmanager
def _patience() -> Iterator[None]:
    """Let SQLite wait for another writer no longer than that; on PostgreSQL each transaction says it."""
    if connection.vendor != "sqlite":
        yield
        return
    usual = float(connection.settings_dict["OPTIONS"].get("timeout", 5))
    _execute(f"PRAGMA busy_timeout = {_milliseconds(PATIENCE)}")
    try:
        yield
    finally:
        _execute(f"PRAGMA busy_timeout = {_milliseconds(usual)}")


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
