"""When a key was last used, to the day: a write per request would cost more than the knowledge is worth."""

from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db.models import Q

from apps.core import records
from apps.ssh_keys.models import Key

INTERVAL = timedelta(hours=24)


def touch(*, key_id: int, last_used_at: datetime | None, now: datetime) -> None:
    """Note that a key is used; nothing is written within a day of the last time, or while read-only."""
    if settings.READ_ONLY or (last_used_at is not None and last_used_at > now - INTERVAL):
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - INTERVAL)
    row = Key.objects.filter(stale, pk=key_id)
    records.later("last use of a key", key_id, partial(row.update, last_used_at=now))
