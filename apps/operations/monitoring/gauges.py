"""What can be counted at the moment when somebody asks; docs/observability.md describes each."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.db.models import Count, Min, Q
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from apps.agent.models import Agent
from apps.core.jobs import heartbeats
from apps.core.postgresql import patience
from apps.operations import rotation

PATIENCE = 2.0  # seconds for one measure; a database that does not answer is asked for one only
CONNECTED = timedelta(hours=1)  # longer than the last use of a token may go unrecorded

log = structlog.get_logger(__name__)


class Gauges(Collector):
    """Asks the database and the secret files anew for each scrape. What fails is missing, and is counted."""

    def __init__(self, *, now: datetime) -> None:
        self._now = now

    def collect(self) -> Iterable[Metric]:
        """Yield every gauge."""
        failed = 0
        is_away = False
        for measure in MEASURES:
            if is_away and measure in OF_THE_DATABASE:
                failed += 1
                continue
            try:
                with patience.at_most(PATIENCE):
                    yield from list(measure(self._now))
            except (OperationalError, InterfaceError):
                log.warning("gauge not measured", gauge=measure.__name__, exc_info=True)
                failed += 1
                is_away = True
            except Exception:
                # A scrape must tell what it can, whatever a driver or a file system raises.
                log.warning("gauge not measured", gauge=measure.__name__, exc_info=True)
                failed += 1
        yield _gauge("scrape_failures", "Groups of gauges that could not be measured just now.", failed)
        yield _labelled(
            "build_info", "The version that clients are told.", ("version",), {(settings.GITLAB_VERSION,): 1}
        )


def queue(now: datetime) -> Iterator[Metric]:
    """Jobs by state; a job that waits for its next attempt is delayed, not late."""
    due = Q(run_after=get_date_max()) | Q(
        run_after__lte=now
    )  # the former is how the library writes `at once`
    ready, running, failed = (
        Q(status=status)
        for status in (TaskResultStatus.READY, TaskResultStatus.RUNNING, TaskResultStatus.FAILED)
    )
    found = DBTaskResult.objects.exclude(status=TaskResultStatus.SUCCESSFUL).aggregate(
        waiting=Count("pk", filter=ready & due),
        delayed=Count("pk", filter=ready & ~due),
        running=Count("pk", filter=running),
        failed=Count("pk", filter=failed),
        oldest=Min("enqueued_at", filter=ready & due),
    )
    oldest = found.pop("oldest")
    text = "Jobs in the queue; failed ones have had all their attempts."
    yield _labelled("queue_jobs", text, ("state",), {(state,): found[state] for state in found})
    age = (now - oldest).total_seconds() if oldest else 0
    yield _gauge("queue_oldest_seconds", "How long the job that has waited longest has waited.", age)


def workers(now: datetime) -> Iterator[Metric]:
    """Workers that live, and the last sign of life of any."""
    yield _gauge("workers", "Workers that live.", len(heartbeats.living(now=now)))
    if beat := heartbeats.latest(now=now):
        age = beat.age(now=now).total_seconds()
        yield _gauge("worker_heartbeat_age_seconds", "How long ago a worker was last heard of.", age)


def agents(now: datetime) -> Iterator[Metric]:
    """Agents by when kas has last vouched for them."""
    connected = Agent.objects.filter(tokens__last_used_at__gt=now - CONNECTED).distinct().count()
    never_seen = Agent.objects.exclude(tokens__last_used_at__isnull=False).count()
    silent = Agent.objects.count() - connected - never_seen
    counted = {"connected": connected, "silent": silent, "never_seen": never_seen}
    text = "Agents, by whether they were heard of within an hour."
    yield _labelled("agents", text, ("state",), {(state,): counted[state] for state in counted})


def secrets(now: datetime) -> Iterator[Metric]:
    """The age of every secret that counts, and when it was last used."""
    ages: dict[tuple[str, ...], float] = {}
    idle: dict[tuple[str, ...], float] = {}
    for name in rotation.SecretName:
        for generation in rotation.generations(name):
            labels = (str(generation.secret), generation.state)
            ages.setdefault(labels, (now - generation.since).total_seconds())
            if generation.last_used_at:
                seconds = (now - generation.last_used_at).total_seconds()
                idle[labels] = min(seconds, idle.get(labels, seconds))
    labelled = ("secret", "state")
    yield _labelled("secret_age_seconds", "Since when a secret has been what it is.", labelled, ages)
    yield _labelled(
        "secret_idle_seconds", "How long ago a secret was last used on this host.", labelled, idle
    )


OF_THE_DATABASE: tuple[Callable[[datetime], Iterator[Metric]], ...] = (queue, workers, agents)
MEASURES = (*OF_THE_DATABASE, secrets)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"gitlab_internal_{name}", text, value=value)


def _labelled(
    name: str, text: str, labels: tuple[str, ...], values: Mapping[tuple[str, ...], float]
) -> Metric:
    family = GaugeMetricFamily(f"gitlab_internal_{name}", text, labels=labels)
    for names, value in values.items():
        family.add_metric(names, value)
    return family
