"""What is told once."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from apps.core.shared_store.models import Entry
from apps.git_access.repositories import notices, remotes
from apps.git_access.repositories.ids import RepositoryId, RepositoryType

pytestmark = pytest.mark.django_db
USER = 29
PROJECT = RepositoryId(RepositoryType.PROJECT, 3)


def remember_move(repository: RepositoryId, new_path: str, protocol: str = "ssh") -> None:
    notices.remember_move(
        user_id=USER, repository=repository, old_path="old/path", new_path=new_path, protocol=protocol
    )


@pytest.mark.parametrize(
    ("repository_type", "new_path", "kind"),
    [
        (RepositoryType.PROJECT, "a/b", "Project"),
        (RepositoryType.PROJECT_WIKI, "a/b.wiki", "Project wiki"),
        (RepositoryType.GROUP_WIKI, "a.wiki", "Group wiki"),
        (RepositoryType.SNIPPET, "a/b/snippets/3", "Project snippet"),
        (RepositoryType.SNIPPET, "snippets/3", "Personal snippet"),
    ],
)
def test_a_move_is_told_in_the_words_of_its_kind(
    repository_type: RepositoryType, new_path: str, kind: str
) -> None:
    repository = RepositoryId(repository_type, 3)
    remember_move(repository, new_path)

    assert notices.take(user_id=USER, repository=repository) == [
        f"{kind} 'old/path' was moved to '{new_path}'.\n\nPlease update your Git remote:\n\n"
        f"  git remote set-url origin git@localhost:{new_path}.git\n"
    ]


def test_a_notice_is_taken_once() -> None:
    remember_move(PROJECT, "a/b")

    notices.take(user_id=USER, repository=PROJECT)

    assert notices.take(user_id=USER, repository=PROJECT) == []


def test_a_notice_lives_for_five_minutes(settings: Settings) -> None:
    settings.REDIS_URL = ""
    remember_move(PROJECT, "a/b")
    entry = Entry.objects.get()

    assert entry.key == "redirect_namespace:29:project-3"
    left = entry.expires_at - timezone.now()
    assert timedelta(seconds=290) < left <= timedelta(seconds=300)

    Entry.objects.update(expires_at=timezone.now())

    assert notices.take(user_id=USER, repository=PROJECT) == []


def test_a_created_project_has_a_key_of_its_own(settings: Settings) -> None:
    settings.REDIS_URL = ""
    notices.remember_creation(user_id=USER, repository=PROJECT, path="a/b", protocol="http")

    assert Entry.objects.get().key == "project_created:29:project-3"
    assert notices.take(user_id=USER, repository=PROJECT) == [
        "\nThe private project a/b was successfully created.\n\nTo configure the remote, run:\n"
        "  git remote add origin http://localhost:3001/a/b.git\n\nTo view the project, visit:\n"
        "  http://localhost:3001/a/b\n\n"
    ]


def test_without_the_store_there_are_none_and_nothing_fails(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    remember_move(PROJECT, "a/b")

    assert notices.take(user_id=USER, repository=PROJECT) == []


@pytest.mark.parametrize(
    ("user", "port", "expected"),
    [
        ("git", 22, "git@ssh.example.com:a/b.git"),
        ("", 22, "ssh.example.com:a/b.git"),
        ("git", 2222, "ssh://git@ssh.example.com:2222/a/b.git"),
        ("", 2222, "ssh://ssh.example.com:2222/a/b.git"),
    ],
)
def test_an_ssh_url_names_user_and_port_where_needed(
    settings: Settings, user: str, port: int, expected: str
) -> None:
    settings.SSH_USER, settings.SSH_HOST, settings.SSH_PORT = user, "ssh.example.com", port

    assert remotes.ssh_url("a/b") == expected


def test_whatever_is_not_ssh_is_cloned_over_http(settings: Settings) -> None:
    settings.CUSTOM_HTTP_CLONE_URL_ROOT = "https://clone.example.com"

    assert remotes.clone_url("a/b", protocol="web") == "https://clone.example.com/a/b.git"
    assert remotes.web_url("a/b") == "http://localhost:3001/a/b"
