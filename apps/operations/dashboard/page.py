"""The first page of the operators' site: what goes on, and what somebody has to look at."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from apps.agent.models import SILENCE, Agent
from apps.core.admin_site import charts
from apps.core.admin_site.lists import MOST, at_most
from apps.git_access.access import denials
from apps.git_access.pushes import figures
from apps.operations.dashboard import attention, health, refused
from apps.operations.dashboard.attention import Attention
from apps.ssh_keys.models.keys import SOON

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Card:
    """One number, what it counts, and where its rows are; ``alarming`` numbers stand out."""

    title: str
    number: int
    note: str
    url: str
    alarming: bool = False

    @property
    def shown(self) -> str:
        """The number; nobody counts further than lists do."""
        return f"{self.number:,}" if self.number < MOST else f"{MOST:,}+"


@dataclass(frozen=True, slots=True)
class DenialBar:
    """What was wrong, how often, how long its bar is in percent of the longest, and where the latest are."""

    reason: str
    number: int
    percent: int
    url: str


def context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what the first page shows; everybody sees what they may open."""
    now = timezone.now()
    shown: dict[str, Any] = {"cards": list(_cards(request, now))}
    if request.user.has_perm(health.PERMISSION):
        shown["shows_health"] = True
    if request.user.has_perm("git_access.view_pushrecord"):
        pushes = [(f"{hour:%H:00}", number) for hour, number in figures.pushes_by_hour(now=now)]
        shown["pushes"] = charts.history("Pushes per hour", pushes, unit="hour")
        linked = request.user.has_perm("git_access.view_denial")
        shown["denials"] = _denials(denials.by_reason(since=now - DAY), linked=linked)
        shown["counted_since"] = denials.counted_since()
        shown["handed_over"] = denials.INTERVAL
    if request.user.has_perm("git_access.view_denial"):
        shown["most_refused"] = refused.most(since=now - DAY)
    return {**context, **shown}


def _cards(request: HttpRequest, now: datetime) -> Iterator[Card]:
    for permission, cards in _SECTIONS:
        if request.user.has_perm(permission):
            yield from cards(attention.of(request, now=now), now)


def _keys(known: Attention, now: datetime) -> Iterator[Card]:
    expiring = known.keys_expiring
    note = f"within {SOON.days} days"
    yield Card("Keys expiring", expiring, note, _list("ssh_keys_key", expiry="soon"), expiring > 0)


def _jobs(known: Attention, now: datetime) -> Iterator[Card]:
    waiting, failed = at_most(DBTaskResult.objects.ready(), MOST), known.jobs_failed
    jobs = "django_tasks_database_dbtaskresult"
    yield Card("Jobs waiting", waiting, "in the queue", _list(jobs, status__exact=TaskResultStatus.READY))
    url = _list(jobs, status__exact=TaskResultStatus.FAILED)
    yield Card("Jobs failed", failed, "after their last attempt, or about to be tried again", url, failed > 0)


def _seats(known: Attention, now: datetime) -> Iterator[Card]:
    owed = known.seats_owed
    note = "the most used so far, less those bought"
    yield Card("Seats owed", owed, note, _list("billing_subscription", seats="over"), owed > 0)


def _agents(known: Attention, now: datetime) -> Iterator[Card]:
    silent = at_most(Agent.objects.silent_since(now - SILENCE), MOST)
    note = "no contact for a day, or never"
    yield Card("Agents not seen", silent, note, _list("agent_agent", contact="lost"), silent > 0)


_SECTIONS = (
    ("ssh_keys.view_key", _keys),
    ("django_tasks_database.view_dbtaskresult", _jobs),
    ("billing.view_subscription", _seats),
    ("agent.view_agent", _agents),
)


def _list(name: str, **query: str) -> str:
    return reverse(f"admin:{name}_changelist", query=query)


def _denials(counted: list[tuple[str, int]], *, linked: bool) -> list[DenialBar]:
    largest = max((number for _, number in counted), default=1)
    known = denials.faults() if linked else {}
    return [
        DenialBar(
            _sentence(denials.fault(reason)),
            number,
            max(round(number / largest * 100), 1),
            _list("git_access_denial", rule=reason) if reason in known else "",
        )
        for reason, number in counted
    ]


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
