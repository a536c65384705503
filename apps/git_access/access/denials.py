"""Counting refused Git commands by the rule that refused, without a write per request.

Each process adds up in its memory and hands the sums to the database once a minute, beside the requests. So a
number may be a minute late, and a process that is killed takes its last minute with it.
"""

import threading
from collections import Counter
from datetime import datetime, timedelta

from django.db import DatabaseError, connection, transaction
from django.db.models import Min, Sum
from django.utils import timezone

from apps.core import moments, records
from apps.core.observability import decisions
from apps.git_access.access import pipeline, recent_denials
from apps.git_access.context.refusals import Exhausted, Refusal, Unavailable
from apps.git_access.models import DenialCount
from apps.git_access.pushes import journal

INTERVAL = 60  # seconds between two writes of a process
JOURNAL_INTERVAL = 5  # seconds between two looks at finished pushes that the database did not take
KEPT = timedelta(days=30)
_ADD = """
INSERT INTO git_access_denialcount AS known (hour, reason, count) VALUES (%s, %s, %s)
ON CONFLICT (hour, reason) DO UPDATE SET count = known.count + excluded.count
"""

# Refusals that no step makes.
_OUTSIDE_THE_RULES = {
    "rate-limit": "the actor has asked too often",
    "repository-name": "the name of the repository is malformed",
    "gitaly-unavailable": "Gitaly did not answer",
    "gitaly-exhausted": "Gitaly took no more work",
    "time-limit": "the checks did not end in time",
}

_pending: Counter[tuple[datetime, str]] = Counter()
_lock = threading.Lock()


def report(endpoint: str, refusal: Refusal) -> None:
    """Note a refusal for the log line, the trace and the metrics of its request."""
    undecided = isinstance(refusal, Unavailable | Exhausted)
    noted = decisions.unavailable if undecided else decisions.refused
    noted(endpoint, refusal=type(refusal).__name__, rule=refusal.rule)


def count(refusal: Refusal, *, now: datetime) -> None:
    """Note a refusal, in memory."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    with _lock:
        _pending[hour, refusal.rule] += 1


def hand_over() -> int:
    """Add what this process has noted to the database, and return how many refusals that were.

    What the database does not take is kept for the next time.
    """
    with _lock:
        noted = dict(_pending)
        _pending.clear()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            # Always in the same order: two processes never wait for one another.
            for (hour, reason), number in sorted(noted.items()):
                cursor.execute(_ADD, [moments.stored(hour), reason, number])
    except DatabaseError:
        with _lock:
            _pending.update(noted)
        raise
    return sum(noted.values())


def by_reason(*, since: datetime) -> list[tuple[str, int]]:
    """Return the ids of what has refused since the hour of a moment, with counts, the most frequent first."""
    hour = since.replace(minute=0, second=0, microsecond=0)
    rows = DenialCount.objects.filter(hour__gte=hour).values_list("reason")
    return [
        (reason, number) for reason, number in rows.annotate(total=Sum("count")).order_by("-total", "reason")
    ]


def fault(reason: str) -> str:
    """Return what an id of ``by_reason`` stands for, in words; an unknown one stands for itself."""
    return faults().get(reason, reason)


def faults() -> dict[str, str]:
    """Return every id that a refusal may have, with what it stands for."""
    return {**pipeline.FAULTS, **_OUTSIDE_THE_RULES}


def counted_since() -> datetime | None:
    """Return the first hour that is still counted."""
    first: datetime | None = DenialCount.objects.aggregate(first=Min("hour"))["first"]
    return first


def prune(*, now: datetime) -> int:
    """Forget the hours before ``KEPT``, and return how many rows that were."""
    removed, _ = DenialCount.objects.filter(hour__lt=now - KEPT).delete()
    return removed


def _forget() -> None:
    now = timezone.now()
    prune(now=now)
    recent_denials.prune(now=now)


# Each by itself: what one cannot do leaves the others alone.
records.regularly(journal.take_in, seconds=JOURNAL_INTERVAL)
for task in (hand_over, recent_denials.hand_over, _forget):
    records.regularly(task, seconds=INTERVAL)
