"""Snippets, personal and of a project."""

from typing import Any

import pytest

from apps.directory.models import Project, Snippet, User
from tests.callers import Caller
from tests.factories.directory import ProjectFactory, SnippetFactory, UserFactory
from tests.factories.ssh_keys import DeployKeyFactory, DeployKeyGrantFactory
from tests.git_access.allowed.asking import (
    GRANTED,
    HIDDEN,
    NEW,
    PULL,
    PUSH,
    Outcome,
    ask,
    creation,
    deletion,
    line,
    member,
    outcome,
    pull,
    push,
)
from tests.git_access.allowed.gitalies import History, Storage
from tests.git_access.pushes.histories import Repository

pytestmark = pytest.mark.django_db

NO_READ: Outcome = (401, "You are not allowed to read this snippet.")
NO_UPDATE: Outcome = (401, "You are not allowed to update this snippet.")
NO_OTHER_BRANCH: Outcome = (401, "You can not create or delete branches.")
READ_ONLY: Outcome = (401, "The repository is temporarily read-only. Please try again later.")
OFF, MEMBERS, ON = 0, 10, 20


def name(snippet: Snippet) -> str:
    return f"snippet-{snippet.pk}"


def make(**fields: Any) -> Snippet:
    snippet: Snippet = SnippetFactory.create(
        **{"repository_exists": True, "default_branch": "main", **fields}
    )
    return snippet


class TestPersonal:
    @pytest.mark.parametrize(
        ("visibility", "said"),
        [
            (
                0,
                {
                    "nobody": NO_READ,
                    "user": NO_READ,
                    "external": NO_READ,
                    "author": GRANTED,
                    "admin": GRANTED,
                },
            ),
            (10, {"nobody": NO_READ, "user": GRANTED, "external": NO_READ, "author": GRANTED}),
            (20, {"nobody": GRANTED, "user": GRANTED, "external": GRANTED}),
        ],
    )
    def test_who_may_pull(self, shell: Caller, visibility: int, said: dict[str, Outcome]) -> None:
        snippet = make(visibility_level=visibility)
        people = self.people(snippet)

        heard = {who: outcome(pull(shell, people[who], gl_repository=name(snippet))) for who in said}

        assert heard == said

    def test_who_may_push(self, shell: Caller) -> None:
        snippet = make(visibility_level=20)

        heard = {
            who: outcome(push(shell, by, gl_repository=name(snippet)))
            for who, by in self.people(snippet).items()
        }

        assert heard == {
            "nobody": NO_UPDATE,
            "user": NO_UPDATE,
            "external": NO_UPDATE,
            "author": GRANTED,
            "admin": GRANTED,
        }

    def people(self, snippet: Snippet) -> dict[str, User | None]:
        return {
            "nobody": None,
            "user": UserFactory.create(),
            "external": UserFactory.create(external=True),
            "author": snippet.author,
            "admin": UserFactory.create(admin=True),
        }


class TestOfProjects:
    # Visibility of the project, its snippets feature, visibility of the snippet.
    @pytest.mark.parametrize(
        ("project", "feature", "snippet", "said"),
        [
            (0, ON, 0, {None: HIDDEN, 0: HIDDEN, 10: GRANTED}),
            (0, ON, 20, {None: HIDDEN, 0: HIDDEN, 10: GRANTED}),
            (10, ON, 0, {None: HIDDEN, 0: NO_READ, 10: GRANTED}),
            (10, ON, 10, {0: GRANTED}),
            (20, ON, 0, {None: NO_READ, 0: NO_READ, 10: GRANTED}),
            (20, ON, 10, {None: NO_READ, 0: GRANTED}),
            (20, ON, 20, {None: GRANTED, 0: GRANTED}),
            (20, MEMBERS, 20, {None: NO_READ, 0: NO_READ, 10: GRANTED}),
            (20, OFF, 20, {None: NO_READ, 0: NO_READ, 50: NO_READ}),
        ],
    )
    def test_who_may_pull(
        self, shell: Caller, project: int, feature: int, snippet: int, said: dict[int | None, Outcome]
    ) -> None:
        owner = ProjectFactory.create(visibility_level=project, snippets_access_level=feature)
        found = make(project=owner, visibility_level=snippet)

        heard = {
            level: outcome(
                pull(shell, None if level is None else member(owner, level), gl_repository=name(found))
            )
            for level in said
        }

        assert heard == said

    @pytest.mark.parametrize(
        ("feature", "said"),
        [
            (ON, {0: NO_UPDATE, 10: NO_UPDATE, 30: NO_UPDATE, 40: GRANTED, 50: GRANTED}),
            (MEMBERS, {30: NO_UPDATE, 40: GRANTED}),
            (OFF, {40: NO_UPDATE, 50: NO_UPDATE}),
        ],
    )
    def test_who_may_push(self, shell: Caller, feature: int, said: dict[int, Outcome]) -> None:
        owner = ProjectFactory.create(visibility_level=20, snippets_access_level=feature)
        snippet = make(project=owner, visibility_level=20)

        heard = {
            level: outcome(push(shell, member(owner, level), gl_repository=name(snippet))) for level in said
        }

        assert heard == said

    def test_the_author_and_administrators_may_do_both(self, shell: Caller) -> None:
        owner = ProjectFactory.create(visibility_level=20)
        snippet = make(project=owner)

        heard = [
            outcome(ask(shell, action, by, gl_repository=name(snippet)))
            for action in (PULL, PUSH)
            for by in (snippet.author, UserFactory.create(admin=True))
        ]

        assert heard == [GRANTED] * 4

    def test_the_author_who_may_not_read_the_project_any_more_may_do_neither(self, shell: Caller) -> None:
        snippet = make(project=ProjectFactory.create())

        heard = [
            outcome(ask(shell, action, snippet.author, gl_repository=name(snippet)))
            for action in (PULL, PUSH)
        ]

        assert heard == [HIDDEN] * 2

    def test_in_an_archived_project_nothing_is_updated(
        self, shell: Caller, project: Project, user: User
    ) -> None:
        Project.objects.update(archived=True)
        snippet = make(project=project, author=user)

        heard = [outcome(ask(shell, action, user, gl_repository=name(snippet))) for action in (PULL, PUSH)]

        assert heard == [GRANTED, NO_UPDATE]


@pytest.mark.parametrize("action", [PULL, PUSH])
def test_a_deploy_key_opens_no_snippet(shell: Caller, project: Project, user: User, action: str) -> None:
    key = DeployKeyFactory.create(user=user)
    DeployKeyGrantFactory.create(key=key, project=project, can_push=True)
    snippet = make(project=project, author=user, visibility_level=20)

    response = ask(shell, action, key, gl_repository=name(snippet))

    assert outcome(response) == (401, "The authentication mechanism is not supported.")


def test_a_snippet_may_be_read_only_for_a_while(shell: Caller) -> None:
    snippet = make(visibility_level=20, repository_read_only=True)
    people = [None, snippet.author, UserFactory.create()]

    heard = [outcome(push(shell, by, gl_repository=name(snippet))) for by in people]

    assert heard == [NO_UPDATE, READ_ONLY, READ_ONLY]
    assert outcome(pull(shell, snippet.author, gl_repository=name(snippet))) == GRANTED


def test_a_snippet_without_a_repository_is_not_found(shell: Caller, gitaly: Storage) -> None:
    snippet = make(repository_exists=None)

    response = pull(shell, snippet.author, gl_repository=name(snippet))

    assert outcome(response) == (404, "The snippet repository you were looking for could not be found.")


def with_a_file(history: History) -> str:
    """Return a new commit with one file: a snippet has at least that."""
    return Repository(history.git).commit(files={"snippet": "x"})


class TestBranches:
    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ("_any", GRANTED),
            ("", GRANTED),
            (line("refs/heads/main"), GRANTED),
            (line("refs/heads/other"), GRANTED),
            (creation("refs/heads/main"), GRANTED),
            (creation("refs/heads/other"), NO_OTHER_BRANCH),
            (creation("refs/tags/main"), NO_OTHER_BRANCH),
            (creation("refs/notes/main"), NO_OTHER_BRANCH),
            (deletion("refs/heads/main"), NO_OTHER_BRANCH),
            (deletion("refs/heads/other"), NO_OTHER_BRANCH),
            (deletion("refs/tags/v1"), NO_OTHER_BRANCH),
            (line("refs/heads/main") + deletion("refs/heads/x"), NO_OTHER_BRANCH),
        ],
    )
    def test_there_is_one_branch_for_ever(
        self, shell: Caller, gitaly: Storage, changes: str, said: Outcome
    ) -> None:
        snippet = make()
        new = with_a_file(gitaly.create(name(snippet)))

        response = push(shell, snippet.author, gl_repository=name(snippet), changes=changes.replace(NEW, new))

        assert outcome(response) == said

    @pytest.mark.parametrize(
        ("branches", "changes", "said"),
        [
            ([], creation("refs/heads/any"), GRANTED),
            ([], creation("refs/tags/v1"), GRANTED),
            ([], deletion("refs/heads/any"), NO_OTHER_BRANCH),
            (["refs/heads/main"], creation("refs/heads/other"), NO_OTHER_BRANCH),
        ],
    )
    def test_gitaly_says_whether_there_is_a_branch_yet(
        self, shell: Caller, gitaly: Storage, branches: list[str], changes: str, said: Outcome
    ) -> None:
        snippet = make(default_branch=None)
        history = gitaly.create(name(snippet))
        for branch in branches:
            history.set(branch, history.commit())
        changes = changes.replace(NEW, with_a_file(history))

        response = push(shell, snippet.author, gl_repository=name(snippet), changes=changes)

        assert outcome(response) == said
