"""Everything that is measured, as Prometheus reads it."""

import os

from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from apps.core.observability.instruments import RECORDED
from apps.core.observability.metric_files import VARIABLE
from apps.operations.monitoring.gauges import Gauges

CONTENT_TYPE = CONTENT_TYPE_LATEST


def render() -> bytes:
    """Return the numbers of all processes that share a folder, else of this one, and what is counted now."""
    recorded, gauges = RECORDED, CollectorRegistry()
    if VARIABLE in os.environ:
        recorded = CollectorRegistry()
        MultiProcessCollector(recorded)  # type: ignore[no-untyped-call]
    gauges.register(Gauges(now=timezone.now()))
    return generate_latest(recorded) + generate_latest(gauges)
