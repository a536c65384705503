"""Whoever uses a former path is told so at the end of the push."""

from typing import Any

import pytest
from pytest_django import Settings

from apps.core.shared_store.store import store
from apps.directory.models import Namespace, Project, RedirectRoute, User
from tests.callers import Caller
from tests.factories.directory import MemberFactory, ProjectAliasFactory, SnippetFactory
from tests.factories.ssh_keys import DeployKeyFactory, DeployKeyGrantFactory
from tests.git_access.allowed.asking import GRANTED, outcome, pull, push

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _moved(project: Project, group: Namespace) -> None:
    RedirectRoute.objects.create(path="old/home", project=project)
    RedirectRoute.objects.create(path="former", namespace=group)


def told(shell: Caller, gl_repository: str, identifier: str) -> list[dict[str, Any]]:
    """Return what the next post_receive tells this user about this repository."""
    response = shell.post("post_receive", gl_repository=gl_repository, identifier=identifier, changes="")
    messages: list[dict[str, Any]] = response.json()["messages"]
    return messages


def notice(kind: str, old: str, new: str, url: str) -> list[dict[str, Any]]:
    text = (
        f"{kind} '{old}' was moved to '{new}'.\n\n"
        f"Please update your Git remote:\n\n  git remote set-url origin {url}\n"
    )
    return [{"message": text, "type": "basic"}]


@pytest.mark.parametrize(
    ("protocol", "url"),
    [
        ("ssh", "git@localhost:gnuwget/wget2.git"),
        ("http", "http://localhost:3001/gnuwget/wget2.git"),
        ("web", "http://localhost:3001/gnuwget/wget2.git"),
    ],
)
def test_a_project(shell: Caller, project: Project, user: User, protocol: str, url: str) -> None:
    response = push(shell, user, "/Old/home.git", protocol=protocol)

    assert outcome(response) == GRANTED
    assert response.json()["gl_console_messages"] == []
    name = f"project-{project.pk}"
    messages = [told(shell, name, f"user-{user.pk}") for _ in range(2)]
    assert messages == [notice("Project", "Old/home", "gnuwget/wget2", url), []]


def test_the_roots_of_the_addresses_are_settings(
    shell: Caller, project: Project, user: User, settings: Settings
) -> None:
    settings.CUSTOM_HTTP_CLONE_URL_ROOT = "https://clone.example.com/git"
    settings.SSH_USER, settings.SSH_HOST, settings.SSH_PORT = "code", "ssh.example.com", 2222
    name, identifier = f"project-{project.pk}", f"user-{user.pk}"

    for protocol, url in (
        ("http", "https://clone.example.com/git/gnuwget/wget2.git"),
        ("ssh", "ssh://code@ssh.example.com:2222/gnuwget/wget2.git"),
    ):
        push(shell, user, "old/home", protocol=protocol)

        assert told(shell, name, identifier) == notice("Project", "old/home", "gnuwget/wget2", url)


def test_a_wiki_of_a_project(shell: Caller, project: Project, user: User) -> None:
    push(shell, user, "old/home.wiki.git")

    assert told(shell, f"wiki-{project.pk}", f"user-{user.pk}") == notice(
        "Project wiki", "old/home.wiki", "gnuwget/wget2.wiki", "git@localhost:gnuwget/wget2.wiki.git"
    )


def test_a_wiki_of_a_group(shell: Caller, group: Namespace, user: User) -> None:
    Namespace.objects.update(wiki_repository_exists=True)
    MemberFactory.create(user=user, group=group)

    push(shell, user, "former.wiki")

    assert told(shell, f"group-{group.pk}-wiki", f"user-{user.pk}") == notice(
        "Group wiki", "former.wiki", "gnuwget.wiki", "git@localhost:gnuwget.wiki.git"
    )


def test_a_snippet_of_a_project(shell: Caller, project: Project, user: User) -> None:
    snippet = SnippetFactory.create(project=project, author=user, repository_exists=True)
    path = f"snippets/{snippet.pk}"

    push(shell, user, f"old/home/{path}")

    assert told(shell, f"snippet-{snippet.pk}", f"user-{user.pk}") == notice(
        "Project snippet",
        f"old/home/{path}",
        f"gnuwget/wget2/{path}",
        f"git@localhost:gnuwget/wget2/{path}.git",
    )


def test_a_pull_keeps_the_notice_for_the_next_push(shell: Caller, project: Project, user: User) -> None:
    pull(shell, user, "old/home")

    assert len(told(shell, f"project-{project.pk}", f"user-{user.pk}")) == 1


def test_a_notice_is_for_its_user_and_repository(shell: Caller, project: Project, user: User) -> None:
    push(shell, user, "old/home")

    assert told(shell, f"project-{project.pk}", "user-999") == []
    assert told(shell, f"wiki-{project.pk}", f"user-{user.pk}") == []
    assert len(told(shell, f"project-{project.pk}", f"user-{user.pk}")) == 1


def test_a_refusal_after_the_move_is_seen_keeps_the_notice_too(
    shell: Caller, project: Project, user: User
) -> None:
    Project.objects.filter(pk=project.pk).update(archived=True)

    response = push(shell, user, "old/home")

    assert response.status_code == 401
    assert len(told(shell, f"project-{project.pk}", f"user-{user.pk}")) == 1


@pytest.mark.parametrize("given", [
    {"project": "gnuwget/wget2"}, {"project": "GNUWGET/Wget2.git"}, {"project": "wget"},
    {"project": "old/home", "by_id": True}, {"project": "nobody/home"},
], ids=str)  # fmt: skip
def test_what_is_no_move_is_not_told(
    shell: Caller, project: Project, user: User, given: dict[str, Any]
) -> None:
    ProjectAliasFactory.create(name="wget", project=project)
    more = {"gl_repository": f"project-{project.pk}"} if "by_id" in given else {}

    push(shell, user, given["project"], **more)

    assert told(shell, f"project-{project.pk}", f"user-{user.pk}") == []


def test_deploy_keys_and_nobody_are_told_nothing(shell: Caller, project: Project, user: User) -> None:
    Project.objects.filter(pk=project.pk).update(visibility_level=20)
    key = DeployKeyFactory.create(user=user)
    DeployKeyGrantFactory.create(key=key, project=project, can_push=True)

    responses = [push(shell, key, "old/home"), pull(shell, None, "old/home")]

    assert [outcome(response) for response in responses] == [GRANTED] * 2
    assert told(shell, f"project-{project.pk}", f"user-{user.pk}") == []
    assert told(shell, f"project-{project.pk}", f"key-{key.pk}") == []


def test_somebody_who_may_not_read_leaves_nothing(shell: Caller, project: Project, user: User) -> None:
    user.memberships.all().delete()

    push(shell, user, "old/home")

    assert store().get(f"redirect_namespace:{user.pk}:project-{project.pk}") is None


def test_without_the_shared_store_there_is_no_notice_and_no_failure(
    shell: Caller, user: User, settings: Settings
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    response = push(shell, user, "old/home")

    assert outcome(response) == GRANTED
