"""The latest refusals one by one: who was refused what, where, from where, and in which words.

As the counts of :mod:`denials`: kept in memory and handed over once a minute, so that no request waits for a
write. A process keeps so many a minute and no more, and the table so many rows: a client in a loop fills
neither.
"""

import re
import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError
from django.db.models import Max
from django.db.models.functions import Lower

from apps.core.observability import request_facts
from apps.directory.models import Project, Route, User
from apps.git_access.context.attempt import Command
from apps.git_access.context.refusals import Refusal
from apps.git_access.models import Denial
from apps.ssh_keys.models import Key

PER_INTERVAL = 500  # refusals of a process between two writes; the latest ones are kept
KEPT = timedelta(days=30)
MOST = 100_000  # rows of the table
LONGEST = 255
_NUMBERED = re.compile(r"(?:project|wiki)-([0-9]{1,18})")


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedDenial:
    """One refusal, as it is known while the request is answered; of a command only what is told of it."""

    at: datetime
    user_id: int | None
    key_id: int | None
    place: str
    """The repository as it was named: by its number, or by a path."""
    action: str
    protocol: str
    address: str
    rule: str
    message: str


_pending: deque[NotedDenial] = deque(maxlen=PER_INTERVAL)
_lock = threading.Lock()


def keep(command: Command, refusal: Refusal, *, now: datetime) -> None:
    """Keep a refusal, in memory."""
    facts = request_facts.noted()
    refused = NotedDenial(
        at=now,
        user_id=facts.get("user_id"),
        key_id=facts.get("key_id"),
        place=(command.gl_repository or command.project or "").strip("/").removesuffix(".git"),
        action=command.action,
        protocol=command.protocol,
        address=command.check_ip or "",
        rule=refusal.rule,
        message=refusal.message,
    )
    with _lock:
        _pending.append(refused)


def hand_over() -> int:
    """Add what this process has kept to the table, and return how many refusals that were.

    What the database does not take is kept for the next time.
    """
    with _lock:
        refused = list(_pending)
        _pending.clear()
    try:
        rows = _rows(refused)
        Denial.objects.bulk_create(rows)
    except DatabaseError:
        with _lock:
            since = list(_pending)
            _pending.clear()
            _pending.extend(refused + since)
        raise
    return len(rows)


def _rows(refused: list[NotedDenial]) -> list[Denial]:
    users = _existing(User, {one.user_id for one in refused})
    keys = _existing(Key, {one.key_id for one in refused})
    projects = _projects(refused)
    return [
        Denial(
            created_at=one.at,
            user_id=one.user_id if one.user_id in users else None,
            key_id=one.key_id if one.key_id in keys else None,
            project_id=projects.get(one.place.lower()),
            place=one.place[:LONGEST],
            action=one.action[:LONGEST],
            protocol=one.protocol[:LONGEST],
            address=one.address[:LONGEST],
            rule=one.rule[:LONGEST],
            message=one.message,
        )
        for one in refused
    ]


def prune(*, now: datetime) -> int:
    """Forget what is older than ``KEPT`` or beyond ``MOST`` rows, and return how many rows that were."""
    newest = Denial.objects.aggregate(newest=Max("pk"))["newest"] or 0
    old = Denial.objects.filter(created_at__lt=now - KEPT)
    removed, _ = (old | Denial.objects.filter(pk__lte=newest - MOST)).delete()
    return removed


def _existing(model: Any, numbers: set[int | None]) -> set[int]:
    return set(model.objects.filter(pk__in=numbers - {None}).values_list("pk", flat=True))


def _projects(refused: list[NotedDenial]) -> dict[str, int]:
    """Return the ids of the projects by the names under which they were asked for."""
    places = {one.place.lower() for one in refused}
    numbers = {place: int(match[1]) for place in places if (match := _NUMBERED.fullmatch(place))}
    known = _existing(Project, set(numbers.values()))
    by_number = {place: number for place, number in numbers.items() if number in known}
    routes = Route.objects.alias(lower=Lower("path")).filter(lower__in=places, project__isnull=False)
    return {path.lower(): pk for path, pk in routes.values_list("path", "project_id") if pk} | by_number
