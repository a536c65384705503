"""A finished push that the database does not take is kept beside it, and is one record in the end."""

import errno
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from apps.core import records
from apps.git_access.access import denials  # noqa: F401 -- names what is handed over
from apps.git_access.models import PushRecord
from apps.git_access.pushes import broadcasts, journal, push_options
from apps.git_access.pushes.records import FinishedPush
from apps.git_access.repositories.ids import parse
from apps.operations.doctor import examination
from tests.callers import Caller
from tests.factories.directory import UserFactory

pytestmark = pytest.mark.django_db
CHANGES = f"{'0' * 40} {'b' * 40} refs/heads/topic\n"
KEPT = {"messages": [], "reference_counter_decreased": True}


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA = tmp_path
    return tmp_path / "journal"


def push(shell: Caller, **more: Any) -> Any:
    body = {"gl_repository": "project-7", "identifier": "user-1", "changes": CHANGES, **more}
    return shell.request("POST", "post_receive", body, format="json", headers={"X-Request-Id": "01HX"})


def away(failure: Exception) -> Any:
    return patch.object(PushRecord.objects, "create", side_effect=failure)


@pytest.mark.parametrize("failure", [OperationalError("database is locked"), InterfaceError("closed")])
def test_it_is_answered_well_and_recorded_later(shell: Caller, folder: Path, failure: Exception) -> None:
    user = UserFactory.create()
    before = timezone.now()
    with away(failure):
        response = push(shell, identifier=f"user-{user.pk}", push_options=["ci.skip"])
    kept = (PushRecord.objects.count(), len(list(folder.iterdir())))
    after = timezone.now()

    taken = journal.take_in()

    assert (response.status_code, response.json(), kept, taken) == (200, KEPT, (0, 1), 1)
    record = PushRecord.objects.get()
    assert (record.gl_repository, record.user, record.changes) == ("project-7", user, CHANGES)
    assert (record.push_options, record.correlation_id) == ({"ci": {"skip": True}}, "01HX")
    assert before <= record.received_at <= after
    assert DBTaskResult.objects.get().args_kwargs["kwargs"] == {
        "record_id": record.pk,
        "correlation_id": "01HX",
    }
    assert list(folder.iterdir()) == []


@pytest.mark.django_db(transaction=True)
def test_web_processes_take_it_in_with_the_sums_of_refusals(shell: Caller) -> None:
    with away(OperationalError("database is locked")):
        push(shell)

    records.Keeper().stop()

    assert PushRecord.objects.count() == 1


def test_while_the_database_is_away_it_stays(shell: Caller, folder: Path) -> None:
    with away(OperationalError("database is locked")):
        push(shell)
        with pytest.raises(OperationalError):
            journal.take_in()

    assert len(journal.waiting()) == 1
    assert journal.take_in() == 1


def test_two_processes_make_one_record(shell: Caller, folder: Path) -> None:
    with away(OperationalError("database is locked")):
        push(shell)
    (kept,) = folder.iterdir()
    content = kept.read_text()
    journal.take_in()
    kept.write_text(content)

    journal.take_in()

    assert (PushRecord.objects.count(), DBTaskResult.objects.count()) == (1, 1)
    assert list(folder.iterdir()) == []


def test_a_commit_whose_answer_was_lost_is_not_made_twice(shell: Caller) -> None:
    push(shell)
    record = PushRecord.objects.get()
    assert record.receipt is not None
    same = FinishedPush(
        repository=parse("project-7"),
        identifier="user-1",
        changes=CHANGES,
        options=push_options.parse([]),
        correlation_id="01HX",
    )
    journal.keep(same, receipt=record.receipt, now=record.received_at)

    journal.take_in()

    assert PushRecord.objects.get() == record


def test_a_push_that_is_recorded_is_not_kept_though_nothing_can_be_told(shell: Caller) -> None:
    with patch.object(broadcasts, "banner", side_effect=OperationalError("gone")):
        response = push(shell)

    assert (response.status_code, response.json()) == (200, KEPT)
    assert (PushRecord.objects.count(), journal.waiting()) == (1, [])


def test_without_a_disk_the_push_is_refused(shell: Caller, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings.DATA = tmp_path / "file"

    with away(OperationalError("disk full")):
        response = push(shell)

    assert (response.status_code, response.json()) == (500, {"message": "500 Internal Server Error"})


def test_what_cannot_be_read_does_not_hold_up_the_rest(shell: Caller, folder: Path) -> None:
    folder.mkdir()
    (folder / "0.json").write_text("{")
    with away(OperationalError("database is locked")):
        push(shell)

    assert journal.take_in() == 1
    assert [path.name for path in folder.iterdir()] == ["0.set-aside"]


def test_what_the_database_refuses_does_not_hold_up_the_rest(shell: Caller, folder: Path) -> None:
    with away(OperationalError("database is locked")):
        for ref in ("first", "second"):
            push(shell, changes=f"{'0' * 40} {'b' * 40} refs/heads/{ref}\n")
    first, _ = journal.waiting()
    first.write_text(first.read_text().replace("first", "\\u0000\\ud800"))  # neither store takes such a text

    assert journal.take_in() == 1

    assert PushRecord.objects.get().changes.endswith("second\n")
    assert (journal.waiting(), journal.set_aside()) == ([], [first.with_suffix(".set-aside")])
    _, aside = examination.of("journal", now=timezone.now())
    assert (aside.fact, aside.is_well) == ("1 finished push could not be recorded", False)


def test_what_breaks_another_rule_than_that_of_the_receipt_is_not_forgotten(
    shell: Caller, folder: Path
) -> None:
    with away(OperationalError("database is locked")):
        push(shell)

    with away(IntegrityError("the user is gone")):
        assert journal.take_in() == 0

    assert (journal.waiting(), len(journal.set_aside())) == ([], 1)


def test_doctor_tells_of_what_waits_long(shell: Caller, folder: Path) -> None:
    now = timezone.now()
    with away(OperationalError("database is locked")):
        push(shell)

    (fresh,) = examination.of("journal", now=now)
    (late,) = examination.of("journal", now=now + timedelta(minutes=6))

    assert (fresh.fact, fresh.is_well) == ("1 finished push waits beside the database", True)
    assert not late.is_well


class TestAFullDisk:
    """The calls fail as they do there; `make torture` fills a real one."""

    def test_no_push_begins_while_it_might_be_lost(self, shell: Caller, folder: Path) -> None:
        full = OSError(errno.ENOSPC, "No space left on device")

        with patch("os.posix_fallocate", side_effect=full):
            refused = shell.post("pre_receive", gl_repository="project-7")
        accepted = shell.post("pre_receive", gl_repository="project-7")

        assert refused.status_code == 503
        assert "disk of the service is full" in refused.json()["message"]
        assert (accepted.status_code, accepted.json()) == (200, {"reference_counter_increased": True})
        assert (folder / "room").stat().st_size == journal.ROOM

    def test_what_is_under_way_takes_the_room_that_was_kept(self, shell: Caller, folder: Path) -> None:
        journal.keep_room()
        full = OSError(errno.ENOSPC, "No space left on device")

        with (
            away(OperationalError("database or disk is full")),
            patch("os.fsync", side_effect=[full, full, *[None] * 2]),
        ):
            response = push(shell)

        assert (response.status_code, response.json()) == (200, KEPT)
        assert (folder / "room").stat().st_size < journal.ROOM - 2 * journal.SHARE
        assert (journal.take_in(), PushRecord.objects.get().changes) == (1, CHANGES)
        journal.keep_room()
        assert (folder / "room").stat().st_size == journal.ROOM
