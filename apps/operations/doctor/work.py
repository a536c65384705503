"""The workers and their queue."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django_tasks_db.models import DBTaskResult

from apps.core.counting import counted
from apps.core.jobs import heartbeats
from apps.git_access.pushes import journal as pushes_journal
from apps.operations.doctor.finding import Diagnosis

LONGEST_WAIT = timedelta(minutes=5)


def workers(*, now: datetime) -> Iterator[Diagnosis]:
    """Somebody works."""
    living = heartbeats.living(now=now)
    advice = "" if living else "Start one: `manage.py worker`. Until then pushes have no consequences."
    yield Diagnosis(counted(len(living), "worker alive", "workers alive"), advice)


def queue(*, now: datetime) -> Iterator[Diagnosis]:
    """No job waits long."""
    due = DBTaskResult.objects.ready().filter(run_after__lte=now)
    oldest = due.order_by("run_after").values_list("run_after", flat=True).first()
    wait = now - oldest if oldest else timedelta()
    fact = (
        f"{counted(due.count(), 'job is due', 'jobs are due')}, the oldest for {wait.total_seconds():.0f} s"
    )
    yield Diagnosis(fact, "Start more workers, or see what holds them up." if wait > LONGEST_WAIT else "")


def journal(*, now: datetime) -> Iterator[Diagnosis]:
    """No finished push waits long for the database to take it."""
    waiting = pushes_journal.waiting()
    oldest = max((now.timestamp() - path.stat().st_mtime for path in waiting), default=0.0)
    late = bool(waiting) and oldest > LONGEST_WAIT.total_seconds()
    advice = "Let the database take writes; the web processes take them in within a minute."
    fact = f"{counted(len(waiting), 'finished push waits', 'finished pushes wait')} beside the database"
    yield Diagnosis(fact, advice if late else "")
    if refused := pushes_journal.set_aside():
        advice = f"See the log for {refused[0].name}; a file that ends in `.json` again is tried again."
        fact = f"{counted(len(refused), 'finished push', 'finished pushes')} could not be recorded"
        yield Diagnosis(fact, advice)


def stuck_jobs(*, now: datetime) -> Iterator[Diagnosis]:
    """No job is in the hands of a worker that has died, and none has been given up."""
    living = {beat.worker_id for beat in heartbeats.living(now=now)}
    running = DBTaskResult.objects.running().values_list("worker_ids", flat=True)
    lost = sum(1 for workers in running if not workers or workers[-1] not in living)
    yield Diagnosis(
        f"{counted(lost, 'job')} of workers that have died",
        "A running worker takes them back within `JOB_LEASE` seconds." if lost else "",
    )
    failed = DBTaskResult.objects.failed().count()
    advice = "Look at them on the admin site; run them again or discard them."
    yield Diagnosis(f"{counted(failed, 'job')} failed for good", advice if failed else "")
