"""Where the repository is and how its Git commands run, as a client is told."""

from typing import Any

import pytest
from pytest_django import Settings

from apps.directory.models import FeatureFlag, Project, User
from tests.callers import Caller
from tests.factories.directory import (
    ProjectFactory,
)
from tests.git_access.allowed.asking import PUSH, pull, push

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("tokens", "sent"),
    [((None, None), None), (("own", None), "own"), ((None, "global"), "global"), (("own", "global"), "own")],
)
def test_the_token_is_that_of_the_storage_else_the_global_one(
    shell: Caller,
    project: Project,
    user: User,
    settings: Settings,
    tokens: tuple[str | None, str | None],
    sent: str | None,
) -> None:
    of_storage, everywhere = tokens
    settings.GITALY_STORAGES = {"default": {"address": "tcp://gitaly:8075", "token": of_storage}}
    settings.GITALY_TOKEN = everywhere

    response = pull(shell, user, project)

    assert response.json()["gitaly"]["token"] == sent


@pytest.mark.parametrize(
    "address", ["unix:/run/gitaly.sock", "tcp://gitaly:8075", "tls://gitaly:8076", "dns:gitaly:8075"]
)
def test_the_address_is_that_of_the_repositorys_storage(
    shell: Caller, project: Project, user: User, settings: Settings, address: str
) -> None:
    settings.GITALY_STORAGES = {"default": {"address": "unix:/other"}, "nfs": {"address": address}}
    Project.objects.filter(pk=project.pk).update(storage="nfs")

    response = pull(shell, user, project)

    assert response.json()["gitaly"]["address"] == address
    assert response.json()["gitaly"]["repository"]["storage_name"] == "nfs"


def test_a_disk_path_of_its_own_is_told(shell: Caller, project: Project, user: User) -> None:
    Project.objects.filter(pk=project.pk).update(disk_path="legacy/wget2")

    code = pull(shell, user, project)
    wiki = pull(shell, user, gl_repository=f"wiki-{project.pk}")

    assert code.json()["gitaly"]["repository"]["relative_path"] == "legacy/wget2.git"
    assert wiki.json()["gitaly"]["repository"]["relative_path"] == "legacy/wget2.wiki.git"


def test_the_flags_for_gitaly_are_evaluated_for_the_project(
    shell: Caller, project: Project, user: User
) -> None:
    FeatureFlag.objects.create(name="gitaly_for_all", enabled=True)
    FeatureFlag.objects.create(name="gitaly_for_nobody")
    FeatureFlag.objects.create(name="gitaly_for_this_project").projects.add(project)
    FeatureFlag.objects.create(name="gitaly_for_another").projects.add(ProjectFactory.create())
    FeatureFlag.objects.create(name="for_the_web", enabled=True)

    response = pull(shell, user, project)

    assert response.json()["gitaly"]["features"] == {
        "gitaly-feature-for-all": "true",
        "gitaly-feature-for-nobody": "false",
        "gitaly-feature-for-this-project": "true",
        "gitaly-feature-for-another": "false",
    }


@pytest.mark.parametrize(("limit", "more"), [(0, []), (1, [1_048_576]), (50, [52_428_800])])
def test_the_largest_push_is_told_in_bytes(
    shell: Caller, project: Project, user: User, settings: Settings, limit: int, more: list[int]
) -> None:
    settings.RECEIVE_MAX_INPUT_SIZE = limit

    responses = [pull(shell, user, project), push(shell, user, project)]

    for response in responses:
        assert response.json()["git_config_options"] == [
            "uploadpack.allowFilter=true",
            "uploadpack.allowAnySHA1InWant=true",
            *(f"receive.maxInputSize={size}" for size in more),
        ]


def test_whether_to_audit_is_a_setting(
    shell: Caller, project: Project, user: User, settings: Settings
) -> None:
    settings.GIT_AUDIT_EVENTS_ENABLED = True

    response = pull(shell, user, project)

    assert response.json()["need_audit"] is True


@pytest.mark.parametrize(
    ("env", "directory", "alternates"),
    [
        (
            '{"GIT_OBJECT_DIRECTORY_RELATIVE":"objects/tmp_objdir-incoming-1",'
            '"GIT_ALTERNATE_OBJECT_DIRECTORIES_RELATIVE":["objects","x"]}',
            "objects/tmp_objdir-incoming-1",
            ["objects", "x"],
        ),
        (
            {
                "GIT_OBJECT_DIRECTORY_RELATIVE": "objects/incoming",
                "GIT_ALTERNATE_OBJECT_DIRECTORIES_RELATIVE": ["objects"],
            },
            "objects/incoming",
            ["objects"],
        ),
        (
            '{"GIT_OBJECT_DIRECTORY_RELATIVE":"","GIT_ALTERNATE_OBJECT_DIRECTORIES_RELATIVE":null}',
            "",
            None,
        ),
        ("{}", "", []),
        (None, "", []),
        ("", "", []),
        ("not JSON", "", []),
        ("[1]", "", []),
        ("7", "", []),
        ("[" * 100_000, "", []),
        (7, "", []),
        (["x"], "", []),
        ('{"GIT_OBJECT_DIRECTORY_RELATIVE":7,"GIT_ALTERNATE_OBJECT_DIRECTORIES_RELATIVE":"x"}', "", []),
        ('{"GIT_ALTERNATE_OBJECT_DIRECTORIES_RELATIVE":["x",7]}', "", []),
        (
            '{"GIT_OBJECT_DIRECTORY_RELATIVE":"\\ud800",'
            '"GIT_ALTERNATE_OBJECT_DIRECTORIES_RELATIVE":["\\udfff"]}',
            "",
            [],
        ),
    ],
)
def test_the_quarantine_is_echoed(
    shell: Caller, project: Project, user: User, env: Any, directory: str, alternates: list[str] | None
) -> None:
    response = push(shell, user, project, env=env)

    repository = response.json()["gitaly"]["repository"]
    assert response.status_code == 200
    assert repository["git_object_directory"] == directory
    assert repository["git_alternate_object_directories"] == alternates


def test_the_quarantine_of_a_form_may_use_brackets(shell: Caller, project: Project, user: User) -> None:
    response = shell.post_form(
        "allowed",
        **{
            "user_id": user.pk,
            "gl_repository": f"project-{project.pk}",
            "action": PUSH,
            "protocol": "ssh",
            "changes": "_any",
            "env[GIT_OBJECT_DIRECTORY_RELATIVE]": "objects/incoming",
            "env[GIT_ALTERNATE_OBJECT_DIRECTORIES_RELATIVE][]": "objects",
        },
    )

    repository = response.json()["gitaly"]["repository"]
    assert repository["git_object_directory"] == "objects/incoming"
    assert repository["git_alternate_object_directories"] == ["objects"]
