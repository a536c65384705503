"""The few figures that tell an operator how much Git is used."""

from datetime import datetime, timedelta

from django.db.models import Count
from django.db.models.functions import TruncHour

from apps.git_access.models import PushRecord

HOURS = 24


def pushes_by_hour(*, now: datetime) -> list[tuple[datetime, int]]:
    """Return the finished pushes of the last 24 hours, the one that has begun included, by hour."""
    last = now.replace(minute=0, second=0, microsecond=0)
    hours = [last - timedelta(hours=back) for back in reversed(range(HOURS))]
    rows = (
        PushRecord.objects.filter(received_at__gte=hours[0])
        .annotate(hour=TruncHour("received_at"))
        .values_list("hour")
        .annotate(number=Count("pk"))
        .order_by("hour")
    )
    pushes = dict(rows)
    return [(hour, pushes.get(hour, 0)) for hour in hours]
