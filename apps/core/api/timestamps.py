"""Moments as GitLab writes them."""

from datetime import UTC, datetime


def timestamp(moment: datetime) -> str:
    """Return ISO 8601 in UTC with milliseconds: ``2019-06-27T15:29:02.219Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
