"""``manage.py prune``: what nobody asks for goes, the rest stays."""

import json
import os
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from pytest_django.fixtures import Settings

from apps.agent.models import UniqueUsage
from apps.core import batches
from apps.core.shared_store.models import Entry
from apps.git_access.models import GitAuditEvent, PushEvent, PushRecord, WebhookDelivery
from apps.operations import pruning
from tests.factories.git_access import (
    GitAuditEventFactory,
    LfsObjectFactory,
    PushRecordFactory,
    WebhookDeliveryFactory,
)

pytestmark = pytest.mark.django_db

ALWAYS = [
    "finished jobs",
    "failed jobs",
    "expired entries of the shared store",
    "expired sessions",
    "LFS objects that no project has",
    "LFS files without an object",
    "unfinished LFS uploads",
]


def prune(*options: str) -> dict[str, int]:
    output = StringIO()
    call_command("prune", "--json", *options, stdout=output)
    removed: dict[str, int] = json.loads(output.getvalue())["removed"]
    return removed


def job(status: TaskResultStatus, **values: Any) -> DBTaskResult[..., Any]:
    return DBTaskResult.objects.create(
        task_path="gitlab_internal.tasks.nothing",
        args_kwargs={"args": [], "kwargs": {}},
        backend_name="default",
        status=status,
        exception_class_path="",
        traceback="",
        **values,
    )


@pytest.fixture(autouse=True)
def lfs_root(settings: Settings, tmp_path: Path) -> Path:
    settings.LFS_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def kept(now: datetime) -> list[Any]:
    """What no option reaches, because it is new, waits or lives."""
    ancient = now - timedelta(days=1000)
    return [
        job(TaskResultStatus.READY, run_after=ancient),
        job(TaskResultStatus.SUCCESSFUL, finished_at=now),
        job(TaskResultStatus.FAILED, finished_at=now - timedelta(days=13)),
        Entry.objects.create(key="new", expires_at=now + timedelta(hours=1)),
        Session.objects.create(session_key="new", session_data="", expire_date=now + timedelta(hours=1)),
        PushRecordFactory.create(received_at=now - timedelta(days=89), processed_at=now),
        PushRecordFactory.create(received_at=ancient, processed_at=None),
        GitAuditEventFactory.create(created_at=now - timedelta(days=89)),
        UniqueUsage.objects.create(name="n", month=now.date(), counted_id=1),
    ]


@pytest.fixture
def stale(now: datetime, lfs_root: Path) -> None:
    ancient = now - timedelta(days=100)
    LfsObjectFactory.create(created_at=ancient)
    for name in ("ab/cd/of-nobody", "tmp/uploads/unfinished"):
        path = lfs_root / name
        path.parent.mkdir(parents=True)
        path.touch()
        os.utime(path, (ancient.timestamp(), ancient.timestamp()))
    job(TaskResultStatus.SUCCESSFUL, finished_at=now - timedelta(days=2))
    job(TaskResultStatus.FAILED, finished_at=now - timedelta(days=15))
    Entry.objects.create(key="old", expires_at=now)
    Session.objects.create(session_key="old", session_data="", expire_date=now)
    record = PushRecordFactory.create(received_at=ancient, processed_at=ancient)
    PushEvent.objects.create(record=record, position=0, kind="bulk", ref_count=9)
    WebhookDeliveryFactory.create(record=record)
    GitAuditEventFactory.create(created_at=ancient)
    UniqueUsage.objects.create(name="n", month=ancient.date(), counted_id=1)
    LogEntry.objects.all().delete()
    PushRecordFactory.create(received_at=now)
    about = ContentType.objects.get_for_model(PushRecord)
    entry = LogEntry.objects.create(object_pk="1", object_repr="x", action=0, content_type=about)
    LogEntry.objects.filter(pk=entry.pk).update(timestamp=ancient)


def test_what_has_expired_goes_and_the_past_stays(stale: None, kept: list[Any]) -> None:
    pushes = PushRecord.objects.count()

    assert prune() == dict.fromkeys(ALWAYS, 1)

    assert prune() == dict.fromkeys(ALWAYS, 0)
    assert (PushRecord.objects.count(), GitAuditEvent.objects.count()) == (pushes, 2)
    for row in kept:
        row.refresh_from_db()


def test_the_past_goes_by_its_age_on_demand(stale: None, kept: list[Any]) -> None:
    removed = prune("--pushes", "90", "--git-audit", "90", "--changes", "90", "--usage", "90")

    assert removed == {
        **dict.fromkeys(ALWAYS, 1),
        "pushes": 1,
        "Git audit events": 1,
        "changes by administrators": 1,
        "ids in usage of months": 1,
    }
    assert not PushEvent.objects.exists()
    assert not WebhookDelivery.objects.exists()
    for row in kept:
        row.refresh_from_db()


def test_a_dry_run_counts_and_removes_nothing(stale: None) -> None:
    output = StringIO()

    call_command("prune", "--dry-run", "--pushes", "90", stdout=output)

    assert output.getvalue().splitlines() == [
        *(f"1 {kind} would be removed." for kind in ALWAYS),
        "1 pushes would be removed.",
    ]
    assert PushEvent.objects.exists()
    assert prune("--pushes", "90")["pushes"] == 1


def test_rows_go_in_batches(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MOST", 2)
    for number in range(5):
        Entry.objects.create(key=str(number), expires_at=now - timedelta(days=1))

    (entries,) = (each for each in pruning.stale(pruning.Retention(), now=now) if "entries" in each.kind)

    assert list(entries.remove()) == [1, 2, 2]


@pytest.mark.parametrize(
    ("commit", "row", "least", "most"),
    [
        (0.002, 0.0001, 380, 420),
        (0.002, 0.02, 2, 4),
        (0.06, 0.00001, batches.MOST, batches.MOST),
        (0.06, 0.0001, 380, 420),
        (0.0, 0.0, batches.MOST, batches.MOST),
        (0.0, 9.0, 1, 2),
    ],
    ids=["quick", "much hangs on a row", "slow disk", "slow disk and rows", "nothing", "ages"],
)
def test_a_batch_is_as_large_as_those_before_were_quick(
    commit: float, row: float, least: int, most: int
) -> None:
    pace, size, sizes = batches.Pace(), 1, []

    for _ in range(3 * batches.ONE_ROW_EVERY):
        size = pace.next_size(size, took=commit + size * row)
        sizes.append(size)

    assert sizes.count(1) >= 3  # which say again what a commit takes
    assert least <= max(sizes[-10:]) <= most


def test_what_a_commit_takes_may_change() -> None:
    pace, size = batches.Pace(), 1
    for _ in range(20):
        size = pace.next_size(size, took=0.001 + size * 0.00001)

    sizes = []
    for _ in range(2 * batches.ONE_ROW_EVERY):
        size = pace.next_size(size, took=0.08 + size * 0.00001)
        sizes.append(size)

    assert max(sizes[-10:]) > 100


def test_many_pushes_go_in_short_transactions(now: datetime) -> None:
    ancient = now - timedelta(days=100)
    records = PushRecord.objects.bulk_create(
        [
            PushRecord(gl_repository=f"project-{number}", received_at=ancient, processed_at=ancient)
            for number in range(20_000)
        ],
        batch_size=1_000,
    )
    PushEvent.objects.bulk_create(
        [PushEvent(record=record, kind="pushed", ref="refs/heads/x") for record in records], batch_size=1_000
    )
    (pushes,) = (
        each for each in pruning.stale(pruning.Retention(pushes=90), now=now) if each.kind == "pushes"
    )

    sizes = list(pushes.remove())

    assert sum(sizes) == 20_000
    assert not PushEvent.objects.exists()
    # How long one takes says something about the machine; that there are several is ours.
    assert len(sizes) > 3
    assert max(sizes) <= batches.MOST
