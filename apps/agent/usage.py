"""Add what kas reports to the usage counters."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from apps.agent.models import UniqueUsage, UsageCounter, UsageDay

_ROUTES = ("ci", "user", "pat")
COUNTERS = (
    "gitops_sync",
    "k8s_api_proxy_request",
    "flux_git_push_notifications_total",
    *(f"k8s_api_proxy_requests_via_{route}_access" for route in _ROUTES),
)
UNIQUE_COUNTERS = (
    "agent_users_using_ci_tunnel",
    *(
        f"k8s_api_proxy_requests_unique_{who}_via_{route}_access"
        for route in _ROUTES
        for who in ("users", "agents")
    ),
    "flux_git_push_notified_unique_projects",
)

REGISTRATIONS = "register_agent_at_kas"
EVENTS = (
    *(f"k8s_api_proxy_requests_unique_users_via_{route}_access" for route in _ROUTES),
    REGISTRATIONS,
)


class NegativeCount(ValueError):
    """A counter can only grow; the text says which one should have shrunk."""


def add(*, counts: Iterable[tuple[str, int]], unique: Mapping[str, Iterable[int]], now: datetime) -> None:
    """Add the counts, and count each id once a month: all of it or nothing.

    Raises:
        NegativeCount: one of the counts is negative.
    """
    sums: dict[str, int] = {}
    for name, count in counts:
        if count < 0:
            raise NegativeCount(f"{name} count must be greater than or equal to zero")
        sums[name] = sums.get(name, 0) + count
    today = now.date()
    with transaction.atomic():
        # Always in the same order: two reports never wait for one another.
        for name, count in sorted(sums.items()):
            if count:
                _increase(name, count, today)
        _count_once(unique, month=today.replace(day=1))


def _increase(name: str, count: int, today: date) -> None:
    for model, key in ((UsageCounter, {"name": name}), (UsageDay, {"name": name, "day": today})):
        rows = model.objects.filter(**key)
        if rows.update(value=F("value") + count):
            continue
        try:
            with transaction.atomic():
                model.objects.create(**key, value=count)
        except IntegrityError:  # another report was the first one
            rows.update(value=F("value") + count)


def _count_once(unique: Mapping[str, Iterable[int]], *, month: date) -> None:
    rows = [
        UniqueUsage(name=name, month=month, counted_id=counted_id)
        for name, ids in sorted(unique.items())
        for counted_id in sorted(set(ids))
    ]
    UniqueUsage.objects.bulk_create(rows, ignore_conflicts=True)


def history(*, first: date, days: int) -> dict[str, list[int]]:
    """Return what each counter has grown by on each of the days, from ``first`` on."""
    last = first + timedelta(days=days - 1)
    grown: dict[str, list[int]] = {}
    for row in UsageDay.objects.filter(day__range=(first, last)).order_by("name"):
        grown.setdefault(row.name, [0] * days)[(row.day - first).days] = row.value
    return grown
