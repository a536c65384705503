"""Working alone on a move between storages, for as long as the process lives."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog
from django.db import Error, close_old_connections, connection
from django.utils import timezone

from apps.git_access.models import StorageMove

LEASE = 60  # seconds
_RENEWAL = 20.0

log = structlog.get_logger(__name__)


class LeaseHeld(ValueError):
    """Somebody else works on it."""

    def __init__(self) -> None:
        super().__init__(f"Somebody moves it right now; one that was killed counts as gone after {LEASE} s.")


@contextmanager
def holding(row: StorageMove) -> Iterator[None]:
    """Be the only one who works on a move; a process that is killed loses it after ``LEASE`` seconds.

    Two at once would end with the second copying an old source over what was pushed to the target.

    Raises:
        LeaseHeld: somebody else works on it.
    """
    holder = secrets.token_hex(16)
    mine = StorageMove.objects.filter(pk=row.pk)
    if not mine.filter(held_until__lte=timezone.now()).update(holder=holder, held_until=_lease_end()):
        raise LeaseHeld
    row.refresh_from_db()
    done = threading.Event()
    renewing = threading.Thread(target=_renew, args=(row.pk, holder, done), daemon=True)
    renewing.start()
    try:
        yield
    finally:
        done.set()
        renewing.join()
        mine.filter(holder=holder).update(held_until=timezone.now())


def _renew(row_id: int, holder: str, done: threading.Event) -> None:
    while not done.wait(_RENEWAL):
        close_old_connections()
        try:
            StorageMove.objects.filter(pk=row_id, holder=holder).update(held_until=_lease_end())
        except Error:  # there is time for another attempt before the lease ends
            log.warning("the lease of a move was not renewed", exc_info=True)
    connection.close()


def _lease_end() -> datetime:
    return timezone.now() + timedelta(seconds=LEASE)
