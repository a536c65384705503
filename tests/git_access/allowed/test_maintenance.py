"""Maintenance: pushes are refused and accepted at run time."""

import getpass
import json
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError
from pytest_django import Settings

from apps.directory.models import AccessLevel, Namespace, Project, User
from apps.git_access import maintenance
from apps.git_access.models import Maintenance
from tests.callers import Caller
from tests.git_access.allowed.asking import GRANTED, line, member, outcome, pull, push

pytestmark = pytest.mark.django_db

REFUSED = "Git push is not allowed because this GitLab instance is currently in (read-only) maintenance mode."
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
OFF: dict[str, Any] = {
    "maintenance": False,
    "started_at": None,
    "started_by": None,
    "message": None,
    "by_environment": False,
}


def run(*arguments: str) -> str:
    output = StringIO()
    call_command("maintenance", *arguments, stdout=output)
    return output.getvalue()


def status() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("status", "--json"))
    return found


class TestPushes:
    def test_are_refused_with_the_message_and_pulls_go_on(
        self, shell: Caller, project: Project, user: User
    ) -> None:
        before = outcome(push(shell, user, project))
        run("on", "--message", "We are back at noon.")

        said = [
            outcome(push(shell, user, project)),
            outcome(push(shell, user, project, changes=line("refs/heads/x"))),
            outcome(push(shell, user, project, gl_repository=f"wiki-{project.pk}")),
            outcome(pull(shell, user, project)),
        ]

        told = (401, f"{REFUSED}\nWe are back at noon.")
        assert before == GRANTED
        assert said == [told, told, told, GRANTED]

    def test_are_refused_without_a_message(self, shell: Caller, project: Project, user: User) -> None:
        run("on")

        assert outcome(push(shell, user, project)) == (401, REFUSED)

    def test_are_accepted_when_it_is_over(self, shell: Caller, project: Project, user: User) -> None:
        run("on")
        run("off")

        assert outcome(push(shell, user, project)) == GRANTED

    def test_create_no_project(self, shell: Caller, project: Project, user: User) -> None:
        namespace: Namespace = project.namespace
        owner = member(project, AccessLevel.OWNER)
        run("on")

        said = outcome(push(shell, owner, f"{namespace.full_path}/new.git"))

        assert said == (401, REFUSED)
        assert list(Project.objects.all()) == [project]

    def test_are_refused_by_the_environment_whatever_the_database_says(
        self, shell: Caller, project: Project, user: User, settings: Settings
    ) -> None:
        settings.MAINTENANCE_MODE = True
        run("off")

        assert outcome(push(shell, user, project)) == (401, REFUSED)
        assert status() == {**OFF, "by_environment": True}


class TestStatus:
    def test_says_who_and_since_when(self) -> None:
        run("on", "--message", "Back soon.", "--by", "rubi")

        row = Maintenance.objects.get()
        assert status() == {
            "maintenance": True,
            "started_at": f"{row.started_at:%Y-%m-%dT%H:%M:%S}.{row.started_at.microsecond // 1000:03d}Z",
            "started_by": "rubi",
            "message": "Back soon.",
            "by_environment": False,
        }

    def test_names_the_login_name_where_nobody_is_named(self) -> None:
        run("on")

        assert status()["started_by"] == getpass.getuser()

    def test_is_off_at_first_and_off_twice_is_no_error(self) -> None:
        run("off")
        run("off")

        assert status() == OFF
        assert run("status").splitlines()[0] == "maintenance     no"


def test_a_new_message_replaces_the_old_one_and_the_beginning_stays() -> None:
    first = maintenance.begin(message="one", by="rubi", now=NOW)
    second = maintenance.begin(message="two", by="root", now=NOW.replace(hour=13))
    third = maintenance.begin(message="", by="root", now=NOW.replace(hour=14))

    assert (first.message, second.message, third.message) == ("one", "two", "two")
    assert maintenance.current() == third
    assert (third.started_by, third.started_at) == ("rubi", NOW)


def test_there_is_one_row_at_most() -> None:
    with pytest.raises(IntegrityError):
        Maintenance.objects.create(id=2, started_by="rubi", started_at=NOW)
