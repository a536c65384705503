"""The worker: the library's loop, which outlives its database, beside a thread that keeps its lease."""

import threading
import time
from datetime import timedelta
from functools import partial
from types import FrameType

import structlog
from django.conf import settings
from django.db import Error, InterfaceError, OperationalError, close_old_connections, connection
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker

from apps.core import json_values
from apps.core.jobs import hourly, leases, recovery
from apps.core.jobs.recovery import Job
from apps.core.observability import jobs

PAUSE_WITHOUT_DATABASE = 2  # seconds
PRUNE_INTERVAL = timedelta(hours=1)
_END = ["status", "return_value", "finished_at", "exception_class_path", "traceback"]

log = structlog.get_logger(__name__)


class DurableWorker(Worker):
    """Runs jobs one after the other; any number of workers share a queue."""

    def __init__(self, *, worker_id: str, interval: float, batch: bool) -> None:
        super().__init__(
            queue_names=["*"],
            excluded_queue_names=[],
            interval=interval,
            batch=batch,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=worker_id,
        )

    def work(self) -> None:
        """Run jobs under a lease, until a signal or, in a batch, until there are none."""
        upkeep = Upkeep(self.worker_id)
        try:
            upkeep.tick()
            upkeep.start()
            self.run()
        finally:
            upkeep.stop()

    def run(self) -> None:
        """Run the library's loop, and begin it anew when the database comes back."""
        while self.running:
            try:
                # Nothing runs here now: what is still marked as running here lost its end with a connection.
                recovery.take_back_from(self.worker_id, now=timezone.now())
                super().run()
                return
            except (OperationalError, InterfaceError):
                log.exception("the database does not answer")
                connection.close()
                time.sleep(PAUSE_WITHOUT_DATABASE)

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        """Stop at the next turn of the loop; the second signal ends the process wherever it is.

        The library would leave an idle loop at once, in the midst of whatever transaction it is in.
        """
        if not self.running:
            super().shutdown(signum, frame)
        self.running = False

    def run_task(self, db_task_result: Job) -> None:
        """Run a job; one that fails goes back into the queue while it has attempts left."""
        with jobs.observed(db_task_result.task_path, outcome=partial(_outcome, db_task_result)):
            try:
                super().run_task(db_task_result)
            except (OperationalError, InterfaceError):  # the loop waits for the database
                raise
            except Exception:  # the job has failed, and the words of its failure are what no database takes
                log.exception("the end of a job could not be written", job=str(db_task_result.pk))
                db_task_result.traceback = json_values.made_storable(db_task_result.traceback)
                db_task_result.save(update_fields=_END)
        if db_task_result.status == TaskResultStatus.FAILED:
            recovery.retry(db_task_result, now=timezone.now())


def _outcome(job: Job) -> str:
    return str(job.status).lower()


class Upkeep(threading.Thread):
    """Gives the worker's sign of life, however long a job takes, and mends the queue for all."""

    def __init__(self, worker_id: str) -> None:
        super().__init__(name="upkeep", daemon=True)
        self._worker_id = worker_id
        self._stopped = threading.Event()
        self._next_prune = timezone.now()

    def run(self) -> None:
        """Tick several times within a lease."""
        try:
            while not self._stopped.wait(settings.JOB_LEASE / 4):
                self.tick()
                self._enqueue_hourly()
        finally:
            connection.close()

    def tick(self) -> None:
        """Renew the lease, and put back what others have left; a database that is away is waited for."""
        now = timezone.now()
        try:
            close_old_connections()
            leases.renew(self._worker_id)
            if recovered := recovery.recover(now=now):
                log.info("jobs put back", count=recovered)
            if now >= self._next_prune:
                recovery.prune(now=now)
                self._next_prune = now + PRUNE_INTERVAL
        except Exception:  # without this thread the worker counts as dead, and its job is begun elsewhere
            log.exception("upkeep failed")

    def _enqueue_hourly(self) -> None:
        try:
            hourly.enqueue(now=timezone.now())
        except Exception:
            log.exception("hourly jobs not queued")

    def stop(self) -> None:
        """End the thread and give the lease back."""
        self._stopped.set()
        if self.is_alive():
            self.join()
        try:
            leases.release(self._worker_id)
        except Error:
            log.exception("lease not released")
