"""Jobs that come once an hour, however many workers there are, and however often one is started."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult

INTERVAL = timedelta(hours=1)


def enqueue(*, now: datetime) -> None:
    """Queue each job of ``HOURLY_JOBS`` that has not been queued within the hour; it may run twice."""
    for path in settings.HOURLY_JOBS:
        of_this_hour = DBTaskResult.objects.filter(task_path=path, enqueued_at__gt=now - INTERVAL)
        if not of_this_hour.exists():
            import_string(path).enqueue()
