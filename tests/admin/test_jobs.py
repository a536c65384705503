"""What operators do about jobs."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.test import Client
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from apps.git_access.pushes.tasks import process_push
from tests.factories.git_access import PushRecordFactory

pytestmark = pytest.mark.django_db

JOBS = "/admin/django_tasks_database/dbtaskresult/"


def job(status: str = TaskResultStatus.READY, **columns: Any) -> Any:
    result = process_push.enqueue(PushRecordFactory.create().pk, "")
    DBTaskResult.objects.filter(pk=result.id).update(status=status, **columns)
    return DBTaskResult.objects.get(pk=result.id)


def act(operator: Client, action: str, *jobs: Any) -> str:
    body = {"action": action, "_selected_action": [str(row.pk) for row in jobs]}
    page = operator.post(JOBS, body, follow=True)
    return str(next(iter(page.context["messages"])))


def test_failed_jobs_get_all_their_attempts_again(operator: Client, now: datetime) -> None:
    failed = job(TaskResultStatus.FAILED, worker_ids=["a"] * 5, traceback="No", finished_at=now)
    running = job(TaskResultStatus.RUNNING, worker_ids=["b"])

    said = act(operator, "retry", failed, running)

    failed.refresh_from_db()
    running.refresh_from_db()
    assert said == "Failed jobs that are in the queue again: 1."
    assert (failed.status, failed.worker_ids, failed.traceback, failed.finished_at) == ("READY", [], "", None)
    assert running.status == TaskResultStatus.RUNNING
    assert DBTaskResult.objects.ready().filter(pk=failed.pk).exists()


def test_a_waiting_job_need_not_wait_any_longer(operator: Client, now: datetime) -> None:
    later = job(run_after=now + timedelta(hours=1))

    assert act(operator, "requeue", later) == "Jobs that run as soon as a worker is free: 1."

    later.refresh_from_db()
    assert later.run_after <= now + timedelta(minutes=1)


def test_a_job_is_discarded_unless_a_worker_has_it(operator: Client) -> None:
    waiting, running = job(), job(TaskResultStatus.RUNNING, worker_ids=["b"])

    assert act(operator, "discard", waiting, running) == "Discarded jobs: 1."

    assert list(DBTaskResult.objects.values_list("pk", flat=True)) == [running.pk]
    entry = LogEntry.objects.get()
    assert (entry.object_pk, entry.object_repr) == (str(waiting.pk), f"process_push {waiting.pk}")
    log = operator.get("/admin/auditlog/logentry/").content.decode()
    assert "Task Result" not in log


def test_a_failed_job_shows_why(operator: Client) -> None:
    failed = job(
        TaskResultStatus.FAILED, exception_class_path="builtins.ValueError", traceback="Traceback: <x>"
    )

    page = operator.get(f"{JOBS}{failed.pk}/change/").content.decode()

    assert "Traceback: &lt;x&gt;" in page
    assert "ValueError" in operator.get(JOBS).content.decode()


def test_a_job_is_called_by_its_task_and_number_and_described_in_plain_words(operator: Client) -> None:
    failed = job(TaskResultStatus.FAILED, worker_ids=["first", "second"])

    for page in ("change", "history"):
        shown = operator.get(f"{JOBS}{failed.pk}/{page}/").content.decode()
        assert f"process_push {failed.pk}" in re.findall(r"<title>(.*?)</title>", shown, re.DOTALL)[0]
        assert "DBTaskResult" not in shown
    shown = operator.get(f"{JOBS}{failed.pk}/change/").content.decode()

    labels = {label.strip() for label in re.findall(r"<label[^>]*>([^<]*)</label>", shown)}
    assert {"Given", "Tried by", "Queue", "Number", "Error"} <= labels
    assert not labels & {"Args kwargs", "Worker id", "Queue name", "Exception class path", "Id"}
    assert "first, second" in shown
