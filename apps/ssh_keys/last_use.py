"""When a key was last used, to the day: a write per request would cost more than the knowledge is worth."""

from datetime import datetime, timedelta

from django.conf import settings

from apps.core import records
from apps.ssh_keys.models import Key

INTERVAL = timedelta(hours=24)
LAST_USE = records.Column("last use of a key", Key, "last_used_at", every=INTERVAL)


def touch(*, key_id: int, last_used_at: datetime | None, now: datetime) -> None:
    """Note that a key is used; nothing is written within a day of the last time, or while read-only."""
    if settings.READ_ONLY or (last_used_at is not None and last_used_at > now - INTERVAL):
        return
    LAST_USE.note(key_id, now)
