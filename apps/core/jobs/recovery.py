"""Putting jobs back into the queue: those that failed, and those whose worker died.

Every step is one conditional update, so that any number of workers may take it at once, and one that dies
between two steps leaves nothing that the next one does not mend. A job's attempts are the workers that its
row names.
"""

from datetime import datetime, timedelta
from typing import Any, TypeAlias

import structlog
from django.conf import settings
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, DBTaskResultQuerySet

from apps.core import batches
from apps.core.jobs import leases
from apps.core.shared_store import database as shared_store

KEEP_SUCCESSFUL = timedelta(days=1)
KEEP_FAILED = timedelta(days=14)
# 4, 16, 64, 256 s: what fails for a passing reason, such as a Gitaly that restarts, has five minutes to pass.
PAUSE_FACTOR = 4
LONGEST_PAUSE = 600

log = structlog.get_logger(__name__)

Job: TypeAlias = "DBTaskResult[..., Any]"


class WorkerLost(Exception):
    """The worker of a job died, and so did all before it."""


def recover(*, now: datetime) -> int:
    """Put back every job that waits for nobody any more, and return how many there were."""
    failed = [job for job in _unfinished(DBTaskResult.objects.failed()) if retry(job, now=now)]
    lost = [job for job in DBTaskResult.objects.running() if _is_lost(job) and _take_back(job, now=now)]
    return len(failed) + len(lost)


def take_back_from(worker_id: str, *, now: datetime) -> int:
    """Put back the jobs of a living worker that runs none, and return how many there were.

    Their end could not be written, because the database was away just then.
    """
    running = (job for job in DBTaskResult.objects.running() if job.worker_ids[-1:] == [worker_id])
    return sum(_take_back(job, now=now) for job in running)


def retry(job: Job, *, now: datetime) -> bool:
    """Put a failed job back for later; ``False`` when it has had all its attempts."""
    if _attempts(job) >= settings.JOB_MAX_ATTEMPTS:
        return False
    return _put_back(job, now=now)


def prune(*, now: datetime) -> int:
    """Remove what nobody asks for any more: finished jobs and expired entries of the shared store."""
    successful = DBTaskResult.objects.successful().filter(finished_at__lt=now - KEEP_SUCCESSFUL)
    failed = DBTaskResult.objects.failed().filter(finished_at__lt=now - KEEP_FAILED)
    jobs = sum(batches.remove(successful)) + sum(batches.remove(failed))
    return jobs + shared_store.prune(at=now)


def _unfinished(jobs: DBTaskResultQuerySet) -> DBTaskResultQuerySet:
    """Jobs that have attempts left: their list of workers does not reach the last place."""
    last = settings.JOB_MAX_ATTEMPTS - 1
    return jobs.filter(**{f"worker_ids__{last}__isnull": True})


def _is_lost(job: Job) -> bool:
    return not job.worker_ids or not leases.is_alive(job.worker_ids[-1])


def _take_back(job: Job, *, now: datetime) -> bool:
    log.warning("worker lost", job=str(job.pk), task=job.task_path, attempts=_attempts(job))
    if _attempts(job) < settings.JOB_MAX_ATTEMPTS:
        return _put_back(job, now=now)
    ended = _as_read(job).update(
        status=TaskResultStatus.FAILED,
        finished_at=now,
        exception_class_path=f"{WorkerLost.__module__}.{WorkerLost.__qualname__}",
        traceback=f"{WorkerLost.__name__}: {WorkerLost.__doc__}",
    )
    return bool(ended)


def _put_back(job: Job, *, now: datetime) -> bool:
    pause = timedelta(seconds=min(PAUSE_FACTOR ** _attempts(job), LONGEST_PAUSE))
    ready = _as_read(job).update(
        status=TaskResultStatus.READY, started_at=None, finished_at=None, run_after=now + pause
    )
    return bool(ready)


def _as_read(job: Job) -> DBTaskResultQuerySet:
    """The row of the job, unless somebody has changed it since it was read."""
    return DBTaskResult.objects.filter(pk=job.pk, status=job.status, started_at=job.started_at)


def _attempts(job: Job) -> int:
    return len(job.worker_ids)
