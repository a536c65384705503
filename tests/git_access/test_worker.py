"""Jobs survive their workers, and are done once as far as anybody can see."""

import signal
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from apps.core.jobs import leases, recovery
from apps.core.jobs.recovery import Job
from apps.core.jobs.worker import DurableWorker, Upkeep
from apps.core.shared_store.models import Entry
from apps.directory.models import User
from apps.git_access.models import PushEvent, PushRecord
from apps.git_access.pushes.tasks import process_push
from tests.factories.directory import ProjectFactory, UserFactory
from tests.factories.git_access import PushRecordFactory
from tests.git_access.slow_jobs import fail, fail_once, fail_unspeakably, linger, marks
from tests.git_access.worker_processes import wait_until, worker

ATTEMPTS = 5


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "marks")


def run_batch(**fields: Any) -> None:
    options: dict[str, Any] = {"worker_id": "here", "interval": 0, "batch": True, **fields}
    DurableWorker(**options).work()


def job(**fields: Any) -> Job:
    """A job in some state, enqueued and then changed."""
    result = linger.enqueue("nowhere", 0)
    DBTaskResult.objects.filter(pk=result.id).update(**fields)
    return DBTaskResult.objects.get(pk=result.id)


def state(row: Job) -> tuple[str, int]:
    row.refresh_from_db()
    return row.status, len(row.worker_ids)


@pytest.mark.django_db
class TestRecovery:
    @pytest.mark.parametrize(("attempts", "pause"), [(1, 4), (2, 16), (3, 64), (4, 256)])
    def test_a_failed_job_waits_longer_each_time(self, now: datetime, attempts: int, pause: int) -> None:
        row = job(status=TaskResultStatus.FAILED, worker_ids=["w"] * attempts, finished_at=now)

        assert recovery.recover(now=now) == 1
        row.refresh_from_db()

        assert (row.status, row.finished_at) == (TaskResultStatus.READY, None)
        assert row.run_after == now + timedelta(seconds=pause)

    def test_the_pause_has_an_end(self, now: datetime, settings: Settings) -> None:
        settings.JOB_MAX_ATTEMPTS = 30
        row = job(status=TaskResultStatus.FAILED, worker_ids=["w"] * 29)

        recovery.recover(now=now)
        row.refresh_from_db()

        assert row.run_after == now + timedelta(minutes=10)

    def test_a_job_that_has_had_its_attempts_stays_failed(self, now: datetime) -> None:
        row = job(status=TaskResultStatus.FAILED, worker_ids=["w"] * ATTEMPTS)

        assert recovery.recover(now=now) == 0
        assert recovery.retry(row, now=now) is False
        assert state(row) == (TaskResultStatus.FAILED, ATTEMPTS)

    def test_the_job_of_a_living_worker_is_left_alone(self, now: datetime) -> None:
        leases.renew("alive")
        row = job(status=TaskResultStatus.RUNNING, worker_ids=["dead", "alive"], started_at=now)

        assert recovery.recover(now=now) == 0
        assert state(row) == (TaskResultStatus.RUNNING, 2)

    def test_the_job_of_a_dead_worker_is_put_back(self, now: datetime) -> None:
        leases.renew("alive")
        leases.renew("gone")
        leases.release("gone")
        leases.renew("late")
        Entry.objects.filter(key="worker:late").update(expires_at=now - timedelta(seconds=1))
        rows = [
            job(status=TaskResultStatus.RUNNING, worker_ids=["alive", dead], started_at=now)
            for dead in ("gone", "late", "never seen")
        ]

        assert recovery.recover(now=now) == 3
        assert [state(row) for row in rows] == [(TaskResultStatus.READY, 2)] * 3

    def test_a_job_that_kills_every_worker_fails_in_the_end(self, now: datetime) -> None:
        row = job(status=TaskResultStatus.RUNNING, worker_ids=["dead"] * ATTEMPTS, started_at=now)

        recovery.recover(now=now)
        row.refresh_from_db()

        assert (row.status, row.finished_at) == (TaskResultStatus.FAILED, now)
        assert row.exception_class_path == "apps.core.jobs.recovery.WorkerLost"
        assert recovery.recover(now=now) == 0

    def test_what_another_has_put_back_already_is_not_touched(self, now: datetime) -> None:
        row = job(status=TaskResultStatus.FAILED, worker_ids=["w"], started_at=now)
        stale = DBTaskResult.objects.get(pk=row.pk)
        recovery.retry(row, now=now)

        assert recovery.retry(stale, now=now + timedelta(hours=1)) is False
        row.refresh_from_db()
        assert row.run_after == now + timedelta(seconds=4)

    def test_ready_and_successful_jobs_are_left_alone(self, now: datetime) -> None:
        rows = [job(), job(status=TaskResultStatus.SUCCESSFUL, worker_ids=["w"])]

        assert recovery.recover(now=now) == 0
        assert [row.status for row in rows] == [TaskResultStatus.READY, TaskResultStatus.SUCCESSFUL]

    def test_old_finished_jobs_and_expired_entries_are_removed(self, now: datetime) -> None:
        job(status=TaskResultStatus.SUCCESSFUL, finished_at=now - timedelta(hours=25))
        job(status=TaskResultStatus.FAILED, finished_at=now - timedelta(days=15))
        Entry.objects.create(key="expired", expires_at=now)
        kept = [
            job(status=TaskResultStatus.SUCCESSFUL, finished_at=now - timedelta(hours=23)),
            job(status=TaskResultStatus.FAILED, finished_at=now - timedelta(days=13)),
            job(enqueued_at=now - timedelta(days=90)),
        ]
        Entry.objects.create(key="alive", expires_at=now + timedelta(minutes=1))

        assert recovery.prune(now=now) == 3
        assert set(DBTaskResult.objects.values_list("pk", flat=True)) == {row.pk for row in kept}
        assert list(Entry.objects.values_list("key", flat=True)) == ["alive"]


@pytest.mark.django_db(transaction=True)
class TestHere:
    """A worker in this process."""

    def test_it_runs_what_waits_and_gives_its_lease_back(self, path: str) -> None:
        result = linger.enqueue(path, 0)

        run_batch()

        assert marks(path) == ["begun", "done"]
        assert DBTaskResult.objects.get(pk=result.id).status == TaskResultStatus.SUCCESSFUL
        assert leases.is_alive("here") is False

    def test_a_failed_job_is_put_back_at_once_and_succeeds_later(self, path: str) -> None:
        result = fail_once.enqueue(path)
        row = DBTaskResult.objects.get(pk=result.id)

        run_batch()
        row.refresh_from_db()
        assert row.status == TaskResultStatus.READY
        assert row.run_after > timezone.now()

        DBTaskResult.objects.update(run_after=timezone.now())
        run_batch()
        assert state(row) == (TaskResultStatus.SUCCESSFUL, 2)

    def test_a_job_that_always_fails_ends(self, path: str) -> None:
        result = fail.enqueue(path)

        for _ in range(ATTEMPTS + 2):
            run_batch()
            DBTaskResult.objects.filter(status=TaskResultStatus.READY).update(run_after=timezone.now())

        row = DBTaskResult.objects.get(pk=result.id)
        assert state(row) == (TaskResultStatus.FAILED, ATTEMPTS)
        assert "RuntimeError: never" in row.traceback
        assert len(marks(path)) == ATTEMPTS

    def test_a_failure_that_no_database_can_put_into_words_ends_no_worker(self, path: str) -> None:
        failed = fail_unspeakably.enqueue("Gitaly said \\x00 and \\ud800")
        linger.enqueue(path, 0)

        run_batch()

        assert marks(path) == ["begun", "done"]
        row = DBTaskResult.objects.get(pk=failed.id)
        assert state(row) == (TaskResultStatus.READY, 1)
        assert r"RuntimeError: Gitaly said \0 and \ud800" in row.traceback

    def test_a_worker_killed_between_a_failure_and_its_repeat_loses_nothing(self, path: str) -> None:
        fail_once.enqueue(path)
        with patch.object(recovery, "retry", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
            run_batch()
        assert DBTaskResult.objects.get().status == TaskResultStatus.FAILED

        run_batch()
        DBTaskResult.objects.update(run_after=timezone.now())
        run_batch()

        assert DBTaskResult.objects.get().status == TaskResultStatus.SUCCESSFUL

    def test_a_job_whose_end_could_not_be_written_is_put_back_by_its_own_worker(self, path: str) -> None:
        row = DBTaskResult.objects.get(pk=fail_once.enqueue(path).id)
        gone = OperationalError("terminating connection")

        with (
            patch.object(DBTaskResult, "set_failed", side_effect=gone),
            patch("apps.core.jobs.worker.time.sleep"),
        ):
            run_batch()
        after_the_loss = state(row)
        DBTaskResult.objects.update(run_after=timezone.now())
        run_batch()

        assert after_the_loss == (TaskResultStatus.READY, 1)
        assert state(row) == (TaskResultStatus.SUCCESSFUL, 2)

    def test_it_waits_for_a_database_that_is_away(self, path: str) -> None:
        linger.enqueue(path, 0)
        run = Worker.run
        answers = [OperationalError("away"), None]

        def flaky(self: Worker) -> None:
            if failure := answers.pop(0):
                raise failure
            run(self)

        with patch.object(Worker, "run", flaky), patch("apps.core.jobs.worker.time.sleep"):
            run_batch()

        assert marks(path) == ["begun", "done"]

    @pytest.mark.parametrize("failure", [OperationalError("away"), RuntimeError("nobody thought of it")])
    def test_upkeep_outlives_whatever_fails(self, failure: Exception, now: datetime) -> None:
        upkeep = Upkeep("here")

        with patch.object(leases, "renew", side_effect=failure):
            upkeep.tick()
        upkeep.tick()
        assert leases.is_alive("here")

        with patch.object(leases, "release", side_effect=OperationalError("away")):
            upkeep.stop()

    def test_the_lease_goes_on_while_a_job_takes_long(self, path: str, settings: Settings) -> None:
        settings.JOB_LEASE = 1
        linger.enqueue(path, 2.5)
        alive = []

        original = recovery.recover

        def watched(*, now: datetime) -> int:
            alive.append(leases.is_alive("here"))
            return original(now=now)

        with patch.object(recovery, "recover", watched):
            run_batch()

        assert len(alive) > 5
        assert all(alive)
        assert marks(path) == ["begun", "done"]

    def test_jobs_of_every_hour_are_queued_while_one_takes_long(
        self, path: str, settings: Settings, tmp_path: Path
    ) -> None:
        settings.JOB_LEASE, settings.LFS_ROOT = 1, tmp_path / "lfs"
        linger.enqueue(path, 1)

        run_batch()

        (name,) = settings.HOURLY_JOBS
        assert DBTaskResult.objects.filter(task_path=name).count() == 1

    def test_old_jobs_are_pruned_now_and_then(self, now: datetime) -> None:
        upkeep = Upkeep("here")
        for _ in range(2):
            job(status=TaskResultStatus.SUCCESSFUL, finished_at=now - timedelta(days=2))
            upkeep.tick()

        assert DBTaskResult.objects.count() == 1

    def test_a_push_goes_all_the_way(self) -> None:
        record = waiting_push(UserFactory.create())

        run_batch()
        record.refresh_from_db()

        assert record.processed_at is not None
        assert record.events.count() == 2

    def test_the_log_names_the_request_that_caused_the_job(self, caplog: pytest.LogCaptureFixture) -> None:
        record = PushRecordFactory.create(gl_repository="project-4711", user=UserFactory.create())
        process_push.enqueue(record_id=record.pk, correlation_id="01HX")

        run_batch()

        entries = [each.msg for each in caplog.records if isinstance(each.msg, dict)]
        said = {entry["event"]: entry.get("correlation_id") for entry in entries}
        assert said["push to an unknown repository"] == "01HX"


def waiting_push(user: User) -> PushRecord:
    """Return a push of two refs, recorded and enqueued as by a request."""
    project = ProjectFactory.create(default_branch="main")
    changes = "".join(f"{'0' * 40} {'b' * 40} refs/heads/{name}\n" for name in ("one", "two"))
    record = PushRecordFactory.create(gl_repository=f"project-{project.pk}", user=user, changes=changes)
    process_push.enqueue(record_id=record.pk, correlation_id="01HX")
    return record


def finished(*rows: Job) -> Callable[[], bool]:
    return lambda: all(state(row)[0] == TaskResultStatus.SUCCESSFUL for row in rows)


@pytest.mark.django_db(transaction=True)
class TestProcesses:
    """Workers as they run in earnest."""

    def test_a_killed_workers_job_is_done_by_another(self, path: str) -> None:
        row = DBTaskResult.objects.get(pk=linger.enqueue(path, 1.5).id)

        with worker() as first:
            wait_until(lambda: marks(path) == ["begun"])
            first.kill()
        assert state(row) == (TaskResultStatus.RUNNING, 1)

        with worker():
            wait_until(finished(row))

        assert marks(path) == ["begun", "begun", "done"]
        assert state(row) == (TaskResultStatus.SUCCESSFUL, 2)

    def test_sigterm_lets_a_job_finish(self, path: str) -> None:
        row = DBTaskResult.objects.get(pk=linger.enqueue(path, 1).id)

        with worker() as process:
            wait_until(lambda: marks(path) == ["begun"])
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0

        assert marks(path) == ["begun", "done"]
        assert state(row) == (TaskResultStatus.SUCCESSFUL, 1)
        assert not Entry.objects.filter(key__startswith="worker:").exists()

    def test_sigterm_ends_an_idle_worker_at_once(self) -> None:
        with worker() as process:
            wait_until(lambda: Entry.objects.filter(key__startswith="worker:").exists())
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=10) == 0

        assert not Entry.objects.filter(key__startswith="worker:").exists()

    def test_workers_killed_again_and_again_lose_and_double_no_push(self) -> None:
        user = UserFactory.create()
        for _ in range(60):
            waiting_push(user)
        waiting = PushRecord.objects.waiting()

        for left in (45, 25):
            with worker() as process:
                wait_until(lambda left=left: waiting.count() <= left)  # type: ignore[misc]
                process.kill()
        with worker(), worker():
            wait_until(lambda: not waiting.exists())

        assert PushEvent.objects.count() == 2 * 60
        assert PushEvent.objects.values("record", "ref").distinct().count() == 2 * 60
