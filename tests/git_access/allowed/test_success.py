"""What a client is told when the command may run: every key, in its order."""

import json
from typing import Any

import pytest
from pytest_django import Settings

from apps.directory.models import Namespace, Project, User
from apps.ssh_keys.models import Key
from tests.callers import Caller
from tests.factories.directory import (
    GroupFactory,
    ProjectFactory,
    SnippetFactory,
    UserFactory,
    subgroup,
)
from tests.factories.ssh_keys import DeployKeyFactory, DeployKeyGrantFactory, KeyFactory
from tests.git_access.allowed.asking import ARCHIVE, PULL, PUSH, ask, pull

pytestmark = pytest.mark.django_db

OF_DOC = {
    "status": True,
    "gl_repository": "project-3",
    "gl_project_path": "gnuwget/wget2",
    "gl_project_id": 3,
    "gl_root_namespace_id": 2,
    "gl_id": "user-1",
    "gl_username": "root",
    "git_config_options": ["uploadpack.allowFilter=true", "uploadpack.allowAnySHA1InWant=true"],
    "gitaly": {
        "repository": {
            "storage_name": "default",
            "relative_path": (
                "@hashed/4e/07/4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce.git"
            ),
            "git_object_directory": "",
            "git_alternate_object_directories": [],
            "gl_repository": "project-3",
            "gl_project_path": "gnuwget/wget2",
        },
        "address": "unix:/Users/bvl/repos/gitlab/gitaly.socket",
        "token": None,
        "features": {},
    },
    "gl_console_messages": [],
    "need_audit": False,
    "gl_key_type": "key",
    "gl_key_id": 11,
}


@pytest.fixture
def of_doc(settings: Settings) -> Key:
    """The rows of the doc's example; its key."""
    settings.GITALY_STORAGES = {"default": {"address": OF_DOC["gitaly"]["address"]}}  # type: ignore[index]  # a dict of everything
    root = UserFactory.create(pk=1, username="root", admin=True)
    group = GroupFactory.create(pk=2, path="gnuwget")
    ProjectFactory.create(pk=3, namespace=group, path="wget2", repository_exists=True)
    return KeyFactory.create(pk=11, user=root)


def as_sent(body: dict[str, Any]) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()


def test_the_example_of_the_doc_is_answered_byte_for_byte(shell: Caller, of_doc: Key) -> None:
    response = shell.post_form(
        "allowed", key_id=11, project="gnuwget/wget2", action="git-upload-pack", protocol="ssh"
    )

    assert response.status_code == 200
    assert response.content == as_sent(OF_DOC)


@pytest.mark.parametrize("action", [PULL, PUSH, ARCHIVE])
def test_every_command_gets_the_same_answer(shell: Caller, of_doc: Key, action: str) -> None:
    response = ask(shell, action, of_doc, "gnuwget/wget2.git")

    assert response.content == as_sent(OF_DOC)


def test_a_pull_by_nobody_has_an_empty_id_and_no_name(shell: Caller) -> None:
    project = ProjectFactory.create(visibility_level=20, repository_exists=True)

    response = pull(shell, None, project)

    body = response.json()
    assert body["gl_id"] == ""
    assert list(body) == [
        "status",
        "gl_repository",
        "gl_project_path",
        "gl_project_id",
        "gl_root_namespace_id",
        "gl_id",
        "git_config_options",
        "gitaly",
        "gl_console_messages",
        "need_audit",
    ]


def test_a_user_without_key_has_no_key_in_the_answer(shell: Caller, project: Project, user: User) -> None:
    response = pull(shell, user, project)

    body = response.json()
    assert (body["gl_id"], body["gl_username"]) == (f"user-{user.pk}", "rubi")
    assert not {"gl_key_type", "gl_key_id"} & set(body)


def test_a_deploy_key_is_signed_for_by_its_creator(shell: Caller, project: Project) -> None:
    creator = UserFactory.create(username="creator")
    key = DeployKeyFactory.create(user=creator)
    DeployKeyGrantFactory.create(key=key, project=project)

    response = pull(shell, key, project)

    body = response.json()
    assert (body["gl_id"], body["gl_username"]) == (f"user-{creator.pk}", "creator")
    assert (body["gl_key_type"], body["gl_key_id"]) == ("deploy_key", key.pk)


def test_a_deploy_key_without_creator_belongs_to_the_ghost(shell: Caller, project: Project) -> None:
    key = DeployKeyFactory.create(user=None)
    DeployKeyGrantFactory.create(key=key, project=project)

    response = pull(shell, key, project)

    ghost = User.objects.ghost()
    assert (response.json()["gl_id"], response.json()["gl_username"]) == (f"user-{ghost.pk}", "ghost")


def test_a_key_whose_owner_is_gone_is_still_named(shell: Caller) -> None:
    project = ProjectFactory.create(visibility_level=20, repository_exists=True)
    key = KeyFactory.create(user=None)

    response = pull(shell, key, project)

    body = response.json()
    assert body["gl_id"] == ""
    assert "gl_username" not in body
    assert (body["gl_key_type"], body["gl_key_id"]) == ("key", key.pk)


@pytest.mark.parametrize("by", ["path", "gl_repository"])
@pytest.mark.parametrize(("suffix", "name"), [(".wiki", "wiki-{}"), (".design", "design-{}")])
def test_a_wiki_and_designs_are_of_their_project(
    shell: Caller, project: Project, user: User, by: str, suffix: str, name: str
) -> None:
    name = name.format(project.pk)
    named = {"project": f"gnuwget/wget2{suffix}.git"} if by == "path" else {"gl_repository": name}

    response = pull(shell, user, protocol="web", **named)

    body = response.json()
    assert (body["gl_repository"], body["gl_project_path"]) == (name, f"gnuwget/wget2{suffix}")
    assert body["gl_project_id"] == project.pk
    assert body["gl_root_namespace_id"] == project.namespace_id
    assert body["gitaly"]["repository"]["gl_repository"] == name
    assert body["gitaly"]["repository"]["gl_project_path"] == f"gnuwget/wget2{suffix}"
    assert body["gitaly"]["repository"]["relative_path"].endswith(f"{suffix}.git")


def test_the_other_name_of_a_wiki_comes_back_as_its_one_name(
    shell: Caller, project: Project, user: User
) -> None:
    response = pull(shell, user, gl_repository=f"project-{project.pk}-wiki")

    assert response.json()["gl_repository"] == f"wiki-{project.pk}"
    assert response.json()["gitaly"]["repository"]["gl_repository"] == f"wiki-{project.pk}"


def test_a_wiki_of_a_group_has_no_project(shell: Caller) -> None:
    group = GroupFactory.create(path="gnuwget", visibility_level=20, wiki_repository_exists=True)

    response = pull(shell, None, "gnuwget.wiki.git")

    body = response.json()
    assert (body["gl_repository"], body["gl_project_path"]) == (f"group-{group.pk}-wiki", "gnuwget.wiki")
    assert not {"gl_project_id", "gl_root_namespace_id"} & set(body)
    assert body["gitaly"]["repository"]["relative_path"].startswith("@groups/")


def test_a_personal_snippet_has_no_project(shell: Caller) -> None:
    snippet = SnippetFactory.create(repository_exists=True)

    response = pull(shell, snippet.author, f"snippets/{snippet.pk}.git")

    body = response.json()
    assert (body["gl_repository"], body["gl_project_path"]) == (
        f"snippet-{snippet.pk}",
        f"snippets/{snippet.pk}",
    )
    assert not {"gl_project_id", "gl_root_namespace_id"} & set(body)
    assert body["gitaly"]["repository"]["relative_path"].startswith("@snippets/")


def test_a_project_snippet_names_its_project(shell: Caller, project: Project, user: User) -> None:
    snippet = SnippetFactory.create(project=project, repository_exists=True)

    response = pull(shell, user, f"gnuwget/wget2/snippets/{snippet.pk}")

    body = response.json()
    assert body["gl_project_path"] == f"gnuwget/wget2/snippets/{snippet.pk}"
    assert (body["gl_project_id"], body["gl_root_namespace_id"]) == (project.pk, project.namespace_id)


def test_the_root_namespace_is_the_uppermost_group(shell: Caller, group: Namespace) -> None:
    nested = subgroup(subgroup(group))
    project = ProjectFactory.create(namespace=nested, visibility_level=20, repository_exists=True)

    response = pull(shell, None, project)

    assert response.json()["gl_root_namespace_id"] == group.pk


@pytest.mark.parametrize("action", ["", "git-annex-shell", None])
def test_designs_need_no_known_command_and_then_no_gitaly(
    shell: Caller, project: Project, user: User, action: str | None
) -> None:
    response = pull(shell, user, gl_repository=f"design-{project.pk}", protocol="web", action=action)

    assert response.status_code == 200
    assert response.json() == {
        "status": True,
        "gl_repository": f"design-{project.pk}",
        "gl_project_path": "gnuwget/wget2.design",
        "gl_project_id": project.pk,
        "gl_root_namespace_id": project.namespace_id,
        "gl_id": f"user-{user.pk}",
        "gl_username": "rubi",
        "git_config_options": ["uploadpack.allowFilter=true", "uploadpack.allowAnySHA1InWant=true"],
        "gl_console_messages": [],
        "need_audit": False,
    }
