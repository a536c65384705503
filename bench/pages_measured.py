"""The measuring process of ``bench.pages``."""

import argparse
import logging
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.directory.models import Project, User
from apps.git_access.models import PushRecord

_DIFFERENT = 10_007  # users, and projects


@dataclass(frozen=True, slots=True)
class Measured:
    """One page: how many queries, how long, and the longest query."""

    url: str
    queries: int
    milliseconds: float
    slowest: str


def main() -> int:
    """Measure, print a table, and say whether every page is within the limits."""
    options = _options()
    logging.disable()
    _fill_pushes(options.pushes)
    found = [_measure(url, rounds=options.rounds) for url in _urls()]
    for page in sorted(found, key=lambda page: -page.milliseconds):
        print(f"{page.milliseconds:8.1f} ms {page.queries:3d} queries  {page.url}")
        if page.milliseconds > options.milliseconds:
            print(f"            {page.slowest[:200]}")
    return int(
        any(page.queries > options.queries or page.milliseconds > options.milliseconds for page in found)
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.pages")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--pushes", type=int, default=0, help="Add to the instance's pushes until there are so many."
    )
    parser.add_argument("--queries", type=int, default=12)
    parser.add_argument("--milliseconds", type=float, default=150)
    return parser.parse_args()


def _fill_pushes(wanted: int) -> None:
    """Make pushes to any project by any user; every hundredth still waits for its job."""
    there = PushRecord.objects.count()
    if there >= wanted:
        return
    users = list(User.objects.values_list("pk", flat=True)[:_DIFFERENT])
    projects = list(Project.objects.values_list("pk", flat=True)[:_DIFFERENT])
    now = timezone.now()
    PushRecord.objects.bulk_create(
        (
            PushRecord(
                gl_repository=f"project-{projects[number % len(projects)]}",
                user_id=users[number % len(users)],
                changes=f"{'0' * 40} {number:040x} refs/heads/main\n",
                correlation_id=f"bench-{number}",
                received_at=now,
                processed_at=now if number % 100 else None,
            )
            for number in range(there, wanted)
        ),
        batch_size=5_000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _urls() -> Iterator[str]:

    yield reverse("admin:index")
    for model in sorted(admin.site._registry, key=lambda model: model._meta.label):
        yield reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    for name, query in _SEARCHES:
        yield reverse(f"admin:{name}_changelist", query=query)


# What an operator looks for, on the largest lists.
_SEARCHES: tuple[tuple[str, dict[str, str]], ...] = (
    ("ssh_keys_key", {"q": "user1"}),
    ("ssh_keys_key", {"expiry": "soon"}),
    ("ssh_keys_key", {"p": "100"}),  # the last page that it leads to
    ("directory_user", {"q": "user1"}),
    ("directory_user", {"state__exact": "blocked"}),
    ("directory_project", {"q": "group"}),
    ("git_access_pushrecord", {"q": "project-7"}),
    ("git_access_pushrecord", {"processed_at__isempty": "1"}),
    ("git_access_denial", {"rule": "key-unexpired"}),
)


def _measure(url: str, *, rounds: int) -> Measured:

    client = _operator()
    _answer(client, url)  # templates are loaded, content types are read
    best = min(_timed(client, url) for _ in range(rounds))
    queries = min((_queries(client, url) for _ in range(rounds)), key=_seconds)
    if connection.vendor == "postgresql":
        best += _seconds(queries)
    slowest = max(queries, key=lambda query: float(query["time"]))
    return Measured(url, len(queries), best * 1000, f"{slowest['time']} s {slowest['sql']}")


def _queries(client: Any, url: str) -> list[dict[str, str]]:
    with CaptureQueriesContext(connection) as captured:
        _answer(client, url)
    return captured.captured_queries


def _seconds(queries: list[dict[str, str]]) -> float:
    return sum(float(query["time"]) for query in queries)


def _operator() -> Any:

    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.filter(admin=True).order_by("pk")[0])
    return client


def _timed(client: Any, url: str) -> float:
    started = time.process_time()
    _answer(client, url)
    return time.process_time() - started


def _answer(client: Any, url: str) -> None:
    answer = client.get(url)
    if answer.status_code != 200:
        sys.exit(f"{url} answered {answer.status_code}.")
