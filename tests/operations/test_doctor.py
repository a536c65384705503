"""``manage.py doctor``: what is well, and what to do about the rest."""

import json
import os
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from pytest_django.fixtures import Settings

from apps.core import encryption, secret_files
from apps.core.encryption import Encrypted
from apps.core.jobs import leases
from apps.git_access.models.lfs import name_of
from apps.operations import rotation
from apps.operations.doctor import examination
from apps.operations.doctor.finding import Diagnosis
from apps.operations.rotation import SecretName
from apps.ssh_keys.models import OtpSecret
from tests.factories.directory import ProjectFactory, SnippetFactory, UserFactory
from tests.factories.git_access import LfsObjectFactory
from tests.gitaly_double.server import running
from tests.gitaly_double.settings import DoubleSettings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data(settings: Settings, tmp_path: Path) -> Path:
    """The folder of an instance with good secrets and no Gitaly."""
    settings.DATA = tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    settings.SHELL_SECRET_FILE = tmp_path / "shell"
    settings.SHELL_PREVIOUS_SECRET_FILE = tmp_path / "shell.previous"
    settings.KAS_SECRET_FILE = tmp_path / "kas"
    settings.KAS_PREVIOUS_SECRET_FILE = tmp_path / "kas.previous"
    settings.WORKHORSE_SECRET_FILE = tmp_path / "workhorse"
    settings.WORKHORSE_PREVIOUS_SECRET_FILE = tmp_path / "workhorse.previous"
    settings.ENCRYPTION_KEYS_FILE = tmp_path / "keys"
    for name in SecretName:
        rotation.rotate(name)
    return tmp_path


def facts(findings: list[Diagnosis]) -> list[str]:
    return [finding.fact for finding in findings]


def advice(findings: list[Diagnosis]) -> list[str]:
    return [finding.advice for finding in findings]


def test_a_check_that_cannot_be_made_is_a_finding(
    settings: Settings, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*, now: datetime) -> Any:
        raise RuntimeError("out of order\nfor long")

    monkeypatch.setitem(examination.CHECKS, "disk", broken)

    (finding,) = examination.of("disk", now=now)

    assert finding.fact == "It could not be examined: RuntimeError: out of order"
    assert not finding.is_well


def test_the_system_checks_are_part_of_it(data: Path, now: datetime) -> None:
    assert facts(examination.of("configuration", now=now)) == ["The system checks find nothing"]

    (data / "shell").chmod(0o644)

    assert examination.of("configuration", now=now) == [
        Diagnosis(
            f"The secret file {data}/shell can be read by others (gitlab_internal.E002)",
            f"chmod 600 {data}/shell",
        )
    ]


def test_the_database_is_named_and_migrated(now: datetime) -> None:
    (database,) = examination.of("database", now=now)
    (migrations,) = examination.of("migrations", now=now)

    assert database.is_well
    assert database.fact.startswith("SQLite 3" if connection.vendor == "sqlite" else "PostgreSQL 1")
    assert migrations == Diagnosis("0 migrations pending")


def test_a_pending_migration_is_found(now: datetime) -> None:
    MigrationRecorder.Migration.objects.filter(app="billing").order_by("-id")[:1].get().delete()

    (finding,) = examination.of("migrations", now=now)

    assert finding == Diagnosis("1 migration pending", "Run `manage.py migrate`.")


def test_a_clock_that_went_back_is_found(now: datetime) -> None:
    assert examination.of("clock", now=now)[0].is_well

    (finding,) = examination.of("clock", now=now - timedelta(days=1))

    assert finding.advice == "Synchronise the clocks (chrony, systemd-timesyncd)."


def test_a_store_that_is_away_is_found(settings: Settings, now: datetime) -> None:
    assert examination.of("shared store", now=now)[0].is_well

    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert facts(examination.of("shared store", now=now)) == ["Redis takes no writes"]


def test_static_files_are_collected(data: Path, now: datetime) -> None:
    assert advice(examination.of("static files", now=now)) == ["Run `manage.py collectstatic --no-input`."]

    (data / "static").mkdir()
    (data / "static" / "staticfiles.json").touch()

    assert examination.of("static files", now=now) == [Diagnosis(f"{data}/static is filled")]


def test_a_full_disk_is_found(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1024))

    (finding,) = examination.of("disk", now=now)

    assert finding.advice == "Make room: a full disk stops SQLite, secrets and backups."


def test_old_secrets_and_open_rotations_are_found(data: Path, now: datetime) -> None:
    rotation.rotate(SecretName.KAS)
    for name, days in (("shell", 366), ("kas.previous", 8), ("keys", 364)):
        moment = (now - timedelta(days=days)).timestamp()
        os.utime(data / name, (moment, moment))

    assert advice(examination.of("secrets", now=now)) == [
        "Renew it: `manage.py secret rotate shell`.",
        "",
        "End its rotation: `manage.py secret retire kas`.",
        "",
        "",
    ]


def test_stored_secrets_are_opened(data: Path, now: datetime) -> None:
    row = OtpSecret.objects.create(user=UserFactory.create(), secret=Encrypted.of("text"))
    assert examination.of("stored secrets", now=now) == [
        Diagnosis("Stored secrets: 1, under an older key: 0")
    ]

    rotation.rotate(SecretName.ENCRYPTION)
    assert advice(examination.of("stored secrets", now=now)) == ["Run `manage.py secret reencrypt`."]

    secret_files.replace(data / "keys", encryption.new_key())
    assert facts(examination.of("stored secrets", now=now)) == [
        "Stored secrets: 1, under an older key: 0",
        f"1 stored secret that no key opens: ssh_keys.OtpSecret.secret of row {row.pk}",
    ]

    (data / "keys").unlink()
    assert facts(examination.of("stored secrets", now=now)) == ["Stored secrets cannot be opened"]


def test_what_lies_in_a_storage_that_nobody_named_is_found(settings: Settings, now: datetime) -> None:
    settings.GITALY_STORAGES = {}
    for storage in ("default", "nostorage", "nostorage"):
        ProjectFactory.create(storage=storage)
    SnippetFactory.create(storage="elsewhere")

    _, *found = examination.of("gitaly", now=now)

    assert facts(found) == [
        "GITALY_STORAGES does not name the storage nostorage, where 2 projects should be",
        "GITALY_STORAGES does not name the storage elsewhere, where 1 snippet should be",
    ]
    assert not any(finding.is_well for finding in found)


def test_each_gitaly_is_asked(settings: Settings, data: Path, now: datetime) -> None:
    double = DoubleSettings(
        storages={"default": data / "repositories"}, runtime=data / "run", token="the token of Gitaly"
    )
    for folder in ("repositories", "run"):
        (data / folder).mkdir()
    with running(double) as gitaly:
        settings.GITALY_STORAGES = {
            "default": {"address": gitaly.address, "token": double.token},
            "wrong": {"address": gitaly.address, "token": "another"},
            "away": {"address": f"unix:{data}/nobody"},
        }
        good, wrong, away = examination.of("gitaly", now=now)

    assert good == Diagnosis("Gitaly of storage default answers")
    assert wrong.fact.startswith("Gitaly of storage wrong refuses the token: PERMISSION_DENIED")
    assert away.fact.startswith("Gitaly of storage away does not answer: UNAVAILABLE")


def test_an_instance_without_storage_is_found(settings: Settings, now: datetime) -> None:
    settings.GITALY_STORAGES = {}

    assert facts(examination.of("gitaly", now=now)) == ["GITALY_STORAGES does not name the storage default"]


def job(status: TaskResultStatus, **values: Any) -> None:
    DBTaskResult.objects.create(
        task_path="gitlab_internal.tasks.nothing",
        args_kwargs={"args": [], "kwargs": {}},
        backend_name="default",
        status=status,
        exception_class_path="",
        traceback="",
        **values,
    )


def test_workers_and_their_queue_are_counted(now: datetime) -> None:
    assert not examination.of("workers", now=now)[0].is_well
    assert examination.of("queue", now=now) == [Diagnosis("0 jobs are due, the oldest for 0 s")]
    assert all(finding.is_well for finding in examination.of("stuck jobs", now=now))

    leases.renew("a worker")
    job(TaskResultStatus.READY, run_after=now - timedelta(minutes=6))
    job(TaskResultStatus.READY, run_after=now + timedelta(minutes=6))
    job(TaskResultStatus.RUNNING, started_at=now, run_after=now, worker_ids=["a worker"])
    job(TaskResultStatus.RUNNING, started_at=now, run_after=now, worker_ids=["a worker", "a dead one"])
    job(TaskResultStatus.FAILED, finished_at=now, run_after=now)

    assert examination.of("workers", now=now) == [Diagnosis("1 worker alive")]
    assert facts(examination.of("queue", now=now)) == ["1 job is due, the oldest for 360 s"]
    assert not examination.of("queue", now=now)[0].is_well
    assert facts(examination.of("stuck jobs", now=now)) == [
        "1 job of workers that have died",
        "1 job failed for good",
    ]


def examine(*options: str) -> tuple[int, str]:
    output = StringIO()
    try:
        call_command("doctor", *options, stdout=output)
    except CommandError as end:
        return end.returncode, output.getvalue()
    return 0, output.getvalue()


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let the examination consist of one check."""

    def keep(name: str) -> None:
        monkeypatch.setattr(examination, "CHECKS", {name: examination.CHECKS[name]})

    return keep


def test_files_of_lfs_are_looked_for_and_on_demand_read(
    settings: Settings, tmp_path: Path, now: datetime, only: Callable[[str], None]
) -> None:
    settings.LFS_ROOT = tmp_path / "lfs"
    only("LFS files")
    assert examine() == (0, "ok  LFS files       No files of LFS are known.\n")
    oid = "ab" * 32
    LfsObjectFactory.create(oid=oid, size=1, file=name_of(oid))
    path = settings.LFS_ROOT / name_of(oid)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")

    assert examine() == (0, "ok  LFS files       1 file of LFS on disk looked for.\n")
    code, said = examine("--all")
    assert code == 1
    assert said.startswith(
        f"!!  LFS files       1 file of LFS on disk read from first to last byte; 1 is damaged: {oid}."
    )
    path.unlink()
    assert examination.of("LFS files", now=now)[0].fact.endswith(f"; 1 is missing: {oid}")


def test_new_files_of_lfs_have_a_place(settings: Settings, tmp_path: Path, now: datetime) -> None:
    settings.LFS_ROOT = tmp_path / "lfs"
    assert examination.of("LFS store", now=now) == [Diagnosis(f"New files of LFS go to {tmp_path}/lfs")]
    settings.LFS_STORE = "s3"
    assert examination.of("LFS store", now=now) == [
        Diagnosis(
            "Object storage (no bucket) does not answer: LFS_S3_BUCKET is empty",
            "Correct LFS_S3_…, or start it.",
        )
    ]
    settings.LFS_STORE = "floppy"
    assert advice(examination.of("LFS store", now=now)) == ["Let it be `local` or `s3`."]


def test_the_end_tells_whether_there_is_anything_to_do(data: Path, only: Callable[[str], None]) -> None:
    only("static files")

    assert examine() == (
        1,
        f"!!  static files    {data}/static is empty. Run `manage.py collectstatic --no-input`.\n",
    )
    code, printed = examine("--json")
    assert code == 1
    assert json.loads(printed) == {
        "well": False,
        "findings": [
            {
                "check": "static files",
                "fact": f"{data}/static is empty",
                "advice": "Run `manage.py collectstatic --no-input`.",
            }
        ],
    }


def test_a_healthy_instance_ends_with_0(only: Callable[[str], None]) -> None:
    only("migrations")

    assert examine() == (0, "ok  migrations      0 migrations pending.\n")
