"""Operators can tell whether a worker lives."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from apps.core.jobs import heartbeats, leases
from apps.core.jobs.worker import DurableWorker
from apps.core.shared_store.database import DatabaseStore
from apps.core.shared_store.models import Entry

pytestmark = pytest.mark.django_db


def lapse(worker_id: str, *, at: datetime) -> None:
    """Let the last sign of life be at this moment."""
    Entry.objects.filter(key=f"worker:{worker_id}").update(expires_at=at + timedelta(seconds=120))


def test_nobody_has_been_heard_of_before_the_first_worker(now: datetime) -> None:
    DatabaseStore().put("something:else", "alive", lifetime=60)

    assert heartbeats.latest(now=now) is None


def test_the_worker_heard_of_last_comes_first(now: datetime) -> None:
    leases.renew("dead")
    lapse("dead", at=now - timedelta(minutes=5))
    leases.renew("living")

    first, second = heartbeats.all_of(now=timezone.now())

    assert (first.worker_id, first.alive) == ("living", True)
    assert (second.worker_id, second.alive, second.age(now=now)) == ("dead", False, timedelta(minutes=5))
    assert heartbeats.latest(now=timezone.now()) == first
    assert heartbeats.living(now=timezone.now()) == [first]


def test_a_worker_that_has_died_is_still_the_last_one_heard_of(now: datetime) -> None:
    leases.renew("dead")
    lapse("dead", at=now - timedelta(minutes=5))

    latest = heartbeats.latest(now=now)

    assert latest == heartbeats.Heartbeat("dead", now - timedelta(minutes=5), alive=False)
    assert heartbeats.living(now=now) == []


@pytest.mark.django_db(transaction=True)
def test_a_worker_is_heard_of_while_it_works_and_forgotten_when_it_stops(now: datetime) -> None:
    worker = DurableWorker(worker_id="here", interval=0, batch=True)
    heard: list[heartbeats.Heartbeat | None] = []
    worker.run = lambda: heard.append(heartbeats.latest(now=now))  # type: ignore[method-assign]

    worker.work()

    assert [beat and (beat.worker_id, beat.alive) for beat in heard] == [("here", True)]
    assert heartbeats.latest(now=now) is None
