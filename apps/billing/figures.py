"""The few figures that tell an operator how selling goes."""

from datetime import date, datetime

from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth

from apps.billing import seats
from apps.billing.models import MinutesPack, Subscription
from apps.core.admin_site.charts import Figure

MOST = 10  # namespaces in the comparison of seats
MONTHS = 12


def seats_by_namespace(*, on: date) -> list[Figure]:
    """Return seats bought and in use for the paid subscriptions with the most of them."""
    largest = Subscription.objects.paid().select_related("namespace__route").order_by("-seats", "pk")[:MOST]
    in_use = seats.count_each([subscription.namespace for subscription in largest], on=on)
    return [
        Figure(
            subscription.namespace.full_path,
            (subscription.seats, in_use[subscription.namespace_id]),
        )
        for subscription in largest
    ]


def subscriptions_by_plan() -> list[Figure]:
    """Return how many subscriptions each plan has."""
    rows = Subscription.objects.values_list("plan__name").annotate(number=Count("pk")).order_by("-number")
    return [Figure(name or "no plan", (number,)) for name, number in rows]


def minutes_by_month(*, now: datetime) -> list[Figure]:
    """Return the minutes sold in each of the last twelve months, the empty ones included."""
    months = _months_until(now.date())
    rows = (
        MinutesPack.objects.filter(created_at__date__gte=months[0])
        .annotate(month=TruncMonth("created_at"))
        .values_list("month")
        .annotate(minutes=Sum("number_of_minutes"))
        .order_by("month")
    )
    sold = {month.date(): minutes for month, minutes in rows}
    return [Figure(f"{month:%Y-%m}", (sold.get(month, 0),)) for month in months]


def _months_until(day: date) -> list[date]:
    last = day.year * 12 + day.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(last - MONTHS + 1, last + 1)]
