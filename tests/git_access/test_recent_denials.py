"""The latest refusals, each on its own: what is kept of them, and how much at most."""

import json
from collections import deque
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError

from apps.git_access.access import recent_denials
from apps.git_access.models import Denial
from tests.callers import Caller
from tests.factories.directory import ProjectFactory, UserFactory
from tests.factories.git_access import DenialFactory
from tests.factories.ssh_keys import KeyFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_pending() -> None:
    recent_denials._pending.clear()


def refuse(shell: Caller, **parameters: object) -> None:
    asked = {"action": "git-receive-pack", "protocol": "ssh", "changes": "_any", **parameters}
    response = shell.request("POST", "allowed", json.dumps(asked), content_type="application/json")
    assert response.status_code in {401, 404}


def test_a_refusal_says_who_was_refused_what_where_and_from_where(shell: Caller) -> None:
    project, key = (
        ProjectFactory.create(visibility_level=20, repository_exists=True),
        KeyFactory.create(user=UserFactory.create()),
    )

    refuse(shell, key_id=key.pk, project=project.full_path, check_ip="192.0.2.9")
    assert recent_denials.hand_over() == 1

    denial = Denial.objects.get()
    assert (denial.user, denial.project, denial.place) == (key.user, project, project.full_path)
    assert (denial.action, denial.protocol, denial.address) == ("git-receive-pack", "ssh", "192.0.2.9")
    assert denial.message == "You are not allowed to push code to this project."
    assert denial.rule


def test_a_refusal_of_nobody_at_no_project_is_kept_as_it_was_asked(shell: Caller) -> None:
    refuse(shell, key_id=4711, project="no/such")
    refuse(shell, key_id=4711, gl_repository="project-4711")
    recent_denials.hand_over()

    kept = [(row.user, row.project, row.place) for row in Denial.objects.order_by("pk")]
    assert kept == [(None, None, "no/such"), (None, None, "project-4711")]


def test_a_project_named_by_its_number_is_found(shell: Caller) -> None:
    project = ProjectFactory.create(visibility_level=20, repository_exists=True)
    key = KeyFactory.create()

    refuse(shell, key_id=key.pk, gl_repository=f"project-{project.pk}", project=project.full_path)
    recent_denials.hand_over()

    assert Denial.objects.get().project == project


def test_a_client_in_a_loop_fills_neither_memory_nor_table(
    shell: Caller, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recent_denials, "_pending", deque(maxlen=2))
    monkeypatch.setattr(recent_denials, "MOST", 3)
    for number in range(5):
        refuse(shell, key_id=4711, project=f"no/such{number}")

    assert recent_denials.hand_over() == 2
    assert [row.place for row in Denial.objects.order_by("pk")] == ["no/such3", "no/such4"]
    DenialFactory.create_batch(4)
    recent_denials.prune(now=now)
    assert Denial.objects.count() == 3


def test_old_ones_are_forgotten(now: datetime) -> None:
    DenialFactory.create(created_at=now - timedelta(days=31))
    young = DenialFactory.create(created_at=now - timedelta(days=29))

    assert recent_denials.prune(now=now) == 1

    assert Denial.objects.get() == young


def test_a_database_that_takes_nothing_changes_no_answer(
    shell: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse_all(*_: object) -> None:
        raise DatabaseError("read-only")

    monkeypatch.setattr(Denial.objects, "bulk_create", refuse_all)

    refuse(shell, key_id=4711, project="no/such")

    with pytest.raises(DatabaseError):
        recent_denials.hand_over()
    monkeypatch.undo()
    refuse(shell, key_id=4711, project="no/such/later")
    assert recent_denials.hand_over() == 2
    assert [row.place for row in Denial.objects.order_by("pk")] == ["no/such", "no/such/later"]


@pytest.mark.parametrize("address", ["a\0b", "\ud800", "a" * 300, ["192.0.2.1", "\0"]])
def test_what_no_database_stores_takes_no_other_refusal_with_it(shell: Caller, address: object) -> None:
    refuse(shell, key_id=4711, project="no/such")
    refuse(shell, key_id=4711, project="no/such", check_ip=address)

    assert recent_denials.hand_over() == 2
    assert Denial.objects.count() == 2
