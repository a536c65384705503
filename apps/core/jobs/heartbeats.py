"""When each worker was last heard of: what `doctor`, the metrics and the readiness check ask."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from apps.core.jobs import leases
from apps.core.shared_store.models import Entry


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """One worker's last sign of life, and whether its lease still runs."""

    worker_id: str
    at: datetime
    alive: bool

    def age(self, *, now: datetime) -> timedelta:
        """Return how long ago that was."""
        return now - self.at


def all_of(*, now: datetime) -> list[Heartbeat]:
    """Return the workers that are known, the one heard of last first.

    One that was stopped in good order is forgotten at once, one that died within an hour of the next upkeep.
    """
    rows = Entry.objects.filter(key__startswith=leases.PREFIX).values_list("key", "expires_at")
    lease = timedelta(seconds=settings.JOB_LEASE)
    beats = [Heartbeat(key.removeprefix(leases.PREFIX), end - lease, alive=end > now) for key, end in rows]
    return sorted(beats, key=lambda beat: beat.at, reverse=True)


def living(*, now: datetime) -> list[Heartbeat]:
    """Return the workers whose lease runs."""
    return [beat for beat in all_of(now=now) if beat.alive]


def latest(*, now: datetime) -> Heartbeat | None:
    """Return the worker that was heard of last, alive or not; ``None`` when none is known."""
    return next(iter(all_of(now=now)), None)
