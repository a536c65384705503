"""Moments in raw SQL, where Django does not convert them: SQLite keeps them as text."""

from datetime import UTC, datetime
from typing import Any

from django.db import connection


def stored(moment: datetime) -> Any:
    """Return a moment as this database stores it."""
    return connection.ops.adapt_datetimefield_value(moment)


def read(value: Any) -> datetime | None:
    """Return a moment as it came in a raw row, aware."""
    if value is None:
        return None
    parsed: datetime = datetime.fromisoformat(value) if isinstance(value, str) else value
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
