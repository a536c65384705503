"""Uploads that nobody finished go without anybody's doing, once an hour."""

import os
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from apps.core.jobs import hourly
from apps.core.jobs.worker import DurableWorker
from apps.workhorse.lfs.tasks import sweep_uploads

DAY = timedelta(days=1, minutes=1)
HOUR = timedelta(hours=1, minutes=1)


def queued() -> int:
    return DBTaskResult.objects.filter(task_path=sweep_uploads.module_path).count()


@pytest.mark.django_db(transaction=True)
def test_the_worker_sweeps_what_is_older_than_a_day(store: Any) -> None:
    store.uploads.mkdir(parents=True)
    old, young = store.uploads / "old", store.uploads / "young"
    for path in (old, young):
        path.write_bytes(b"ha")
    before = (timezone.now() - DAY).timestamp()
    os.utime(old, (before, before))

    hourly.enqueue(now=timezone.now())
    DurableWorker(worker_id="here", interval=0, batch=True).work()

    assert list(store.uploads.iterdir()) == [young]


@pytest.mark.django_db
def test_any_number_of_workers_sweep_once_an_hour() -> None:
    for _ in range(3):
        hourly.enqueue(now=timezone.now())
    assert queued() == 1

    hourly.enqueue(now=timezone.now() + HOUR)
    assert queued() == 2
