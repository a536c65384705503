"""What the worker does. Every job may run twice."""

from django.utils import timezone
from django_tasks import task

from apps.core import correlation
from apps.git_access.pushes.after import push_events


@task()
def process_push(record_id: int, correlation_id: str) -> None:
    """Do what follows a finished push."""
    with correlation.bound(correlation_id):
        push_events.process(record_id=record_id, now=timezone.now())
