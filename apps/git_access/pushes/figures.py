"""The few figures that tell an operator how much Git is used."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Value

from apps.git_access.models import PushRecord

HOURS = 24


def pushes_by_hour(*, now: datetime) -> list[tuple[datetime, int]]:
    """Return the finished pushes of the last 24 hours, the one that has begun included, by hour."""
    last = now.replace(minute=0, second=0, microsecond=0)
    hours = [last - timedelta(hours=back) for back in reversed(range(HOURS))]
    # Each hour is a stretch of the index of moments; grouping would read every row.
    first, *others = [_of_hour(place, hour) for place, hour in enumerate(hours)]
    pushes = dict(first.union(*others, all=True))
    return [(hour, pushes.get(place, 0)) for place, hour in enumerate(hours)]


def _of_hour(place: int, hour: datetime) -> Any:
    within = PushRecord.objects.filter(received_at__gte=hour, received_at__lt=hour + timedelta(hours=1))
    return within.order_by().values_list(Value(place)).annotate(number=Count("received_at"))
