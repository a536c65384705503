"""Designs: two questions, whatever the command."""

from typing import Any

import pytest
from pytest_django import Settings

from apps.directory.models import Namespace, Project, User, UserState
from tests.callers import Caller
from tests.factories.directory import UserFactory
from tests.factories.ssh_keys import DeployKeyFactory, DeployKeyGrantFactory, KeyFactory
from tests.git_access.allowed.asking import (
    GRANTED,
    PULL,
    PUSH,
    Outcome,
    ask,
    line,
    member,
    outcome,
    pull,
    push,
)

pytestmark = pytest.mark.django_db

NO_WEB: Outcome = (401, "Designs are only accessible using the web interface")
NO_RIGHT: Outcome = (401, "You are not allowed to manage designs of this project")


@pytest.mark.parametrize("protocol", ["ssh", "http", "ftp"])
def test_only_the_web_reaches_them(shell: Caller, project: Project, user: User, protocol: str) -> None:
    names = [f"design-{project.pk}", "design-999"]

    heard = [outcome(pull(shell, user, gl_repository=name, protocol=protocol)) for name in names]

    assert heard == [NO_WEB] * 2


@pytest.mark.parametrize("action", [PULL, PUSH])
def test_planners_and_above_manage_them(shell: Caller, project: Project, action: str) -> None:
    Project.objects.update(visibility_level=20)
    people = {level: member(project, level) for level in (0, 10, 15, 20, 50)}

    heard = {
        level: outcome(ask(shell, action, by, "gnuwget/wget2.design", protocol="web"))
        for level, by in people.items()
    }

    assert heard == {0: NO_RIGHT, 10: NO_RIGHT, 15: GRANTED, 20: GRANTED, 50: GRANTED}


def test_administrators_do_nobody_and_deploy_keys_do_not(shell: Caller, project: Project, user: User) -> None:
    key = DeployKeyFactory.create(user=user)
    DeployKeyGrantFactory.create(key=key, project=project, can_push=True)
    name = f"design-{project.pk}"

    heard = [
        outcome(pull(shell, by, gl_repository=name, protocol="web"))
        for by in (UserFactory.create(admin=True), None, key)
    ]

    assert heard == [GRANTED, NO_RIGHT, NO_RIGHT]


@pytest.mark.parametrize("fields", [{"repository_access_level": 0}, {"archived": True}], ids=str)
def test_without_a_repository_or_in_an_archive_there_are_none(
    shell: Caller, project: Project, user: User, fields: dict[str, Any]
) -> None:
    Project.objects.update(**fields)

    response = pull(shell, user, gl_repository=f"design-{project.pk}", protocol="web")

    assert outcome(response) == NO_RIGHT


def test_an_archived_group_has_none(shell: Caller, project: Project, user: User) -> None:
    Namespace.objects.update(archived=True)

    response = pull(shell, user, gl_repository=f"design-{project.pk}", protocol="web")

    assert outcome(response) == NO_RIGHT


def test_no_other_step_is_taken(shell: Caller, project: Project, user: User, settings: Settings) -> None:
    settings.MAINTENANCE_MODE = settings.READ_ONLY = True
    settings.ENABLED_GIT_ACCESS_PROTOCOL = "ssh"
    Project.objects.update(repository_read_only=True, repository_exists=None)
    User.objects.update(state=UserState.BLOCKED)
    key = KeyFactory.create(user=user)
    changes = line("refs/heads/main")

    response = push(shell, key, gl_repository=f"design-{project.pk}", protocol="web", changes=changes)

    assert outcome(response) == GRANTED
