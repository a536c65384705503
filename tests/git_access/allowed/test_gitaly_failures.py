"""What a client hears when Gitaly has no repository, no time, no room, or is not there."""

import time

import grpc
import pytest
from pytest_django import Settings

from apps.directory.models import Namespace, Project, Snippet, User
from tests.api.conftest import log_lines
from tests.api.logs import LogLines
from tests.callers import Caller
from tests.factories.directory import SnippetFactory
from tests.git_access.allowed.asking import (
    GRANTED,
    MAIN,
    NO_GITALY,
    NO_REPOSITORY,
    Outcome,
    creation,
    outcome,
    pull,
    push,
)
from tests.git_access.allowed.gitalies import Storage

__all__ = ["log_lines"]

pytestmark = pytest.mark.django_db

AWAY: Outcome = (503, NO_GITALY)


class TestExistence:
    @pytest.mark.parametrize("flag", [None, False])
    def test_gitaly_is_asked_until_it_says_yes(
        self, shell: Caller, project: Project, user: User, gitaly: Storage, flag: bool | None
    ) -> None:
        Project.objects.update(repository_exists=flag)

        before = outcome(pull(shell, user, project))
        project.refresh_from_db()
        stored_before = project.repository_exists
        gitaly.create(f"project-{project.pk}")
        after = [outcome(pull(shell, user, project)) for _ in range(2)]
        project.refresh_from_db()

        assert before == (404, NO_REPOSITORY)
        assert after == [GRANTED] * 2
        assert (stored_before, project.repository_exists) == (flag, True)
        assert gitaly.asked() == ["RepositoryExists"] * 2

    def test_each_type_has_its_flag_and_its_text(
        self, shell: Caller, project: Project, user: User, group: Namespace, gitaly: Storage
    ) -> None:
        Namespace.objects.update(visibility_level=20, wiki_repository_exists=None)
        Project.objects.update(repository_exists=True, wiki_repository_exists=None)
        snippet = SnippetFactory.create(author=user)
        names = [f"wiki-{project.pk}", f"group-{group.pk}-wiki", f"snippet-{snippet.pk}"]

        before = [outcome(pull(shell, user, gl_repository=name)) for name in names]
        for name in names:
            gitaly.create(name)
        after = [outcome(pull(shell, user, gl_repository=name)) for name in names]

        assert before == [
            (404, "A repository for this wiki does not exist yet."),
            (404, "A repository for this group wiki does not exist yet."),
            (404, "The snippet repository you were looking for could not be found."),
        ]
        assert after == [GRANTED] * 3
        assert Project.objects.get().wiki_repository_exists is True
        assert Namespace.objects.get().wiki_repository_exists is True
        assert Snippet.objects.get().repository_exists is True

    def test_a_repository_that_is_gone_clears_the_flag(
        self, shell: Caller, project: Project, user: User, gitaly: Storage
    ) -> None:
        response = push(shell, user, project, changes=creation("refs/heads/x"))

        project.refresh_from_db()
        assert outcome(response) == (404, NO_REPOSITORY)
        assert project.repository_exists is None

    def test_a_repository_that_is_known_is_not_asked_about(
        self, shell: Caller, project: Project, user: User, gitaly: Storage
    ) -> None:
        said = [outcome(pull(shell, user, project)), outcome(push(shell, user, project))]

        assert said == [GRANTED] * 2
        assert gitaly.asked() == []


class TestAway:
    @pytest.mark.parametrize("address", ["unix:/nowhere/gitaly.socket", "tcp://127.0.0.1:1", "nonsense", ""])
    def test_a_gitaly_that_is_not_there_is_told_within_a_second(
        self, shell: Caller, project: Project, user: User, settings: Settings, address: str
    ) -> None:
        settings.GITALY_STORAGES = {"default": {"address": address}}
        Project.objects.update(repository_exists=None)

        started = time.monotonic()
        response = pull(shell, user, project)

        assert outcome(response) == AWAY
        assert time.monotonic() - started < 5  # on a busy machine; the budget is 50 s

    def test_a_push_hears_it_too(self, shell: Caller, project: Project, user: User) -> None:
        response = push(shell, user, project, changes=creation("refs/heads/x"))

        project.refresh_from_db()
        assert outcome(response) == AWAY
        assert project.repository_exists is True

    @pytest.mark.parametrize("known", [True, None])
    def test_a_storage_nobody_knows_is_the_same(
        self, shell: Caller, project: Project, user: User, known: bool | None
    ) -> None:
        Project.objects.update(storage="lost", repository_exists=known)

        response = pull(shell, user, project)

        assert outcome(response) == AWAY

    @pytest.mark.parametrize("code", [
        grpc.StatusCode.INTERNAL, grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.UNIMPLEMENTED,
        grpc.StatusCode.UNKNOWN, grpc.StatusCode.UNAVAILABLE,
    ])  # fmt: skip
    def test_any_failure_is_told_as_such(
        self, shell: Caller, project: Project, user: User, gitaly: Storage, code: grpc.StatusCode
    ) -> None:
        gitaly.double.fail("HasLocalBranches", code)

        response = push(shell, user, project, changes=creation(MAIN))

        assert outcome(response) == AWAY

    def test_the_log_line_names_the_cause(
        self, shell: Caller, project: Project, user: User, gitaly: Storage, log_lines: LogLines
    ) -> None:
        gitaly.double.fail("HasLocalBranches", grpc.StatusCode.UNAUTHENTICATED, "authentication required")

        response = push(shell, user, project, changes=creation(MAIN))

        line = log_lines.requests()[-1]
        assert outcome(response) == AWAY
        assert {name: value for name, value in line.items() if name.startswith("gitaly_")} == {
            "gitaly_code": "UNAUTHENTICATED",
            "gitaly_detail": "authentication required",
            "gitaly_storage": "default",
            "gitaly_call": "/gitaly.RepositoryService/HasLocalBranches",
        }

    def test_an_answer_without_a_message_is_told_as_such(
        self, shell: Caller, project: Project, user: User, gitaly: Storage
    ) -> None:
        gitaly.double.say_nothing("HasLocalBranches")

        response = push(shell, user, project, changes=creation(MAIN))

        assert outcome(response) == AWAY

    def test_a_gitaly_without_room_says_so(
        self, shell: Caller, project: Project, user: User, gitaly: Storage
    ) -> None:
        gitaly.double.fail("HasLocalBranches", grpc.StatusCode.RESOURCE_EXHAUSTED)

        response = push(shell, user, project, changes=creation(MAIN))

        assert response.status_code == 503
        assert response.json() == {"message": "Upstream Gitaly has been exhausted. Try again later"}
