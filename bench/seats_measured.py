"""The measuring process of ``bench.seats``: builds the two namespaces and asks for their subscriptions."""

import sys
import time
from collections.abc import Callable
from datetime import date
from statistics import median

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.billing.models import Plan, Subscription
from apps.directory import access_tokens
from apps.directory.models import Member, Namespace, User
from bench.seats import ROW

SMALL = 50
SUBGROUPS, MEMBERS_OF_EACH = 500, 100
LARGE = SUBGROUPS * MEMBERS_OF_EACH
ROUNDS = 15
MAX_QUERIES = 5
MAX_RATIO = 12.0  # for a thousand times the members


def main() -> None:
    """Measure on the database that the environment names; exit with 1 where a goal is missed."""
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    call_command("migrate", verbosity=0, skip_checks=True)
    token = _build()
    if connection.vendor == "postgresql":  # where a background process does it; nothing does on SQLite
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    asked = {"small": _asking("small", SMALL, token), "large": _asking("large", LARGE, token)}
    asked["small"]()  # the first request writes that the token was used
    queries = {path: _queries(ask) for path, ask in asked.items()}
    times: dict[str, list[float]] = {path: [] for path in asked}
    for _ in range(ROUNDS):
        for path, ask in asked.items():
            started = time.perf_counter()
            ask()
            times[path].append((time.perf_counter() - started) * 1000)
    sys.exit(_report(queries, {path: median(taken) for path, taken in times.items()}))


def _report(queries: dict[str, int], medians: dict[str, float]) -> int:
    ratio = medians["large"] / medians["small"]
    vendor = connection.vendor
    print(ROW.format(vendor, SMALL, 0, queries["small"], f"{medians['small']:.2f}", ""))
    print(ROW.format(vendor, LARGE, SUBGROUPS, queries["large"], f"{medians['large']:.2f}", f"{ratio:.1f}"))
    return int(max(queries.values()) > MAX_QUERIES or ratio > MAX_RATIO)


def _build() -> str:
    admin = User.objects.create(username="admin", admin=True)
    _, token = access_tokens.issue(user=admin, name="bench", scopes=["api"])
    small = _subscribed("small")
    _fill(small, SMALL)
    large = _subscribed("large")
    for number in range(SUBGROUPS):
        path = f"group{number}"
        _fill(Namespace.objects.create(path=path, name=path, parent=large), MEMBERS_OF_EACH)
    return token


def _subscribed(path: str) -> Namespace:
    group = Namespace.objects.create(path=path, name=path)
    premium = Plan.objects.get(code="premium")
    Subscription.objects.create(namespace=group, plan=premium, start_date=date(2020, 7, 15), seats=10)
    return group


def _fill(group: Namespace, members: int) -> None:
    users = User.objects.bulk_create(
        User(username=f"{group.path}-{number}", password="!") for number in range(members)
    )
    Member.objects.bulk_create(Member(user=user, group=group, access_level=30) for user in users)


def _asking(path: str, members: int, token: str) -> Callable[[], None]:
    client = Client(headers={"Private-Token": token, "Host": "localhost"})

    def ask() -> None:
        answer = client.get(f"/api/v4/namespaces/{path}/gitlab_subscription")
        assert answer.json()["usage"]["seats_in_use"] == members, answer.content

    return ask


def _queries(ask: Callable[[], None]) -> int:
    with CaptureQueriesContext(connection) as captured:
        ask()
    return len(captured)
