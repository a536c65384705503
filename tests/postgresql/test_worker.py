"""A worker whose connection the server ends in the middle of a job."""

from pathlib import Path

import pytest
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from apps.core.jobs import worker
from apps.core.jobs.worker import DurableWorker
from tests.git_access.slow_jobs import lose_connection_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_its_job_is_done_by_the_same_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PAUSE_WITHOUT_DATABASE", 0)
    lose_connection_once.enqueue(str(tmp_path / "marks"))

    DurableWorker(worker_id="here", interval=0, batch=True).work()
    lost = DBTaskResult.objects.get()
    DBTaskResult.objects.update(run_after=timezone.now())
    DurableWorker(worker_id="here", interval=0, batch=True).work()

    assert (lost.status, lost.worker_ids) == (TaskResultStatus.READY, ["here"])
    assert DBTaskResult.objects.get().status == TaskResultStatus.SUCCESSFUL
