"""The embedded store: one table, each call one statement, so that no two processes race."""

from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection
from django.utils import timezone

from apps.core import batches, moments
from apps.core.shared_store import write_probe
from apps.core.shared_store.models import Entry
from apps.core.sqlite.durability import may_be_lost

_INCREASE = """
INSERT INTO shared_store_entry AS entry (key, value, count, expires_at) VALUES (%s, '', 1, %s)
ON CONFLICT (key) DO UPDATE SET
  count = CASE WHEN entry.expires_at > %s THEN entry.count + 1 ELSE 1 END,
  expires_at = CASE WHEN entry.expires_at > %s THEN {kept} ELSE excluded.expires_at END
RETURNING count
"""
_INCREASE_AND_REFRESH = _INCREASE.format(kept="excluded.expires_at")
_INCREASE_IN_WINDOW = _INCREASE.format(kept="entry.expires_at")
_DECREASE = """
UPDATE shared_store_entry SET count = count - 1 WHERE key = %s AND expires_at > %s AND count > 0
RETURNING count
"""
_PUT = """
INSERT INTO shared_store_entry (key, value, count, expires_at) VALUES (%s, %s, 0, %s)
ON CONFLICT (key) DO UPDATE SET value = excluded.value, count = 0, expires_at = excluded.expires_at
"""
_HAS = "SELECT 1 FROM shared_store_entry WHERE key IN ({marks}) LIMIT 1"
_TAKE = "DELETE FROM shared_store_entry WHERE key IN ({marks}) RETURNING key, value, expires_at"


class DatabaseStore:
    """The shared store on the instance's own database, PostgreSQL or SQLite."""

    def increase(self, key: str, *, lifetime: int) -> int:
        """Add 1, begin the lifetime anew, and return the sum."""
        return self._increase(_INCREASE_AND_REFRESH, key, lifetime)

    def count_within(self, key: str, *, window: int) -> int:
        """Add 1 within a window that the first call opens, and return the sum."""
        return self._increase(_INCREASE_IN_WINDOW, key, window)

    def _increase(self, statement: str, key: str, lifetime: int) -> int:
        now = timezone.now()
        end = moments.stored(now + timedelta(seconds=lifetime))
        with may_be_lost():
            return int(_rows(statement, [key, end, moments.stored(now), moments.stored(now)])[0][0])

    def decrease(self, key: str) -> bool:
        """Subtract 1; the lifetime goes on. Below zero the counter is removed: ``False``."""
        if _rows(_DECREASE, [key, moments.stored(timezone.now())]):
            return True
        self.forget(key)
        return False

    def count(self, key: str) -> int:
        """Return the counter's value; 0 when there is none."""
        alive = Entry.objects.filter(key=key, expires_at__gt=timezone.now())
        return alive.values_list("count", flat=True).first() or 0

    def put(self, key: str, value: str, *, lifetime: int) -> None:
        """Keep a text."""
        end = timezone.now() + timedelta(seconds=lifetime)
        with connection.cursor() as cursor:
            cursor.execute(_PUT, [key, value, moments.stored(end)])

    def get(self, key: str) -> str | None:
        """Return a text that is still alive."""
        alive = Entry.objects.filter(key=key, expires_at__gt=timezone.now())
        return alive.values_list("value", flat=True).first()

    def take(self, *keys: str) -> dict[str, str]:
        """Return the texts of these keys that are still alive, and forget them: each is read once."""
        marks = ", ".join(["%s"] * len(keys))
        if not _rows(_HAS.format(marks=marks), list(keys)):
            return {}  # most often; who only reads waits for no other writer
        now = timezone.now()
        rows = _rows(_TAKE.format(marks=marks), list(keys))
        return {key: value for key, value, end in rows if (moments.read(end) or now) > now}

    def forget(self, key: str) -> None:
        """Remove a text or a counter."""
        Entry.objects.filter(key=key).delete()

    def ping(self) -> bool:
        """Whether the store takes a write, within two seconds."""
        try:
            write_probe.write()
        except DatabaseError:
            return False
        return True


def prune(*, at: datetime) -> int:
    """Remove what has outlived its lifetime, and return how many entries that were."""
    return sum(batches.remove(Entry.objects.filter(expires_at__lte=at)))


def _rows(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
