"""What an operator does about jobs: run them again, at once, or not at all; never to one that is at work."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

WAITING_OR_DONE = (TaskResultStatus.READY, TaskResultStatus.FAILED, TaskResultStatus.SUCCESSFUL)


def restart(jobs: QuerySet[Any], *, now: datetime) -> int:
    """Put failed jobs back with all their attempts, and return how many these were."""
    return _among(jobs, TaskResultStatus.FAILED).update(
        status=TaskResultStatus.READY,
        started_at=None,
        finished_at=None,
        run_after=now,
        worker_ids=[],
        exception_class_path="",
        traceback="",
    )


def hurry(jobs: QuerySet[Any], *, now: datetime) -> int:
    """Let waiting jobs run now instead of after their pause, and return how many these were."""
    return _among(jobs, TaskResultStatus.READY).update(run_after=now)


def discard(jobs: QuerySet[Any]) -> int:
    """Remove jobs that no worker has in hand, and return how many these were."""
    removed, _ = _among(jobs, *WAITING_OR_DONE).delete()
    return removed


def _among(jobs: QuerySet[Any], *statuses: TaskResultStatus) -> QuerySet[Any]:
    """The rows themselves, looked up anew: a worker may have taken one since the page was shown."""
    return DBTaskResult.objects.filter(pk__in=list(jobs.values_list("pk", flat=True)), status__in=statuses)
