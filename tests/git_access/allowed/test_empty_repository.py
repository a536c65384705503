"""The first push to a repository without branches."""

import pytest

from apps.directory.models import Namespace, Project, User
from tests.callers import Caller
from tests.git_access.allowed.asking import (
    GRANTED,
    MAIN,
    Outcome,
    creation,
    deletion,
    line,
    member,
    outcome,
    push,
)
from tests.git_access.allowed.branches import BAD_NAME, NO_FIRST_PUSH, protect
from tests.git_access.allowed.gitalies import Storage

pytestmark = pytest.mark.django_db


class TestEmptyRepository:
    @pytest.fixture(autouse=True)
    def _empty(self, project: Project, gitaly: Storage) -> None:
        Project.objects.update(default_branch=None)
        gitaly.create(f"project-{project.pk}")

    @pytest.mark.parametrize("changes", [
        creation("refs/heads/main"), creation("refs/heads/topic"), line("refs/heads/main"),
        deletion("refs/heads/main"),
    ], ids=["main", "topic", "update", "deletion"])  # fmt: skip
    def test_every_branch_is_protected_whatever_happens_to_it(
        self, shell: Caller, project: Project, changes: str
    ) -> None:
        people = {level: member(project, level) for level in (30, 40, 50)}

        said = {level: outcome(push(shell, by, project, changes=changes)) for level, by in people.items()}

        assert said == {30: NO_FIRST_PUSH, 40: GRANTED, 50: GRANTED}

    @pytest.mark.parametrize(
        ("protection", "said"),
        [
            (0, GRANTED),
            (1, GRANTED),
            (2, NO_FIRST_PUSH),
            (3, NO_FIRST_PUSH),
            (4, GRANTED),
            (None, NO_FIRST_PUSH),
        ],
    )
    def test_the_namespace_says_how(
        self, shell: Caller, project: Project, user: User, protection: int | None, said: Outcome
    ) -> None:
        Namespace.objects.update(default_branch_protection=protection)

        response = push(shell, user, project, changes=creation(MAIN))

        assert outcome(response) == said

    def test_a_rule_protects_it_even_where_the_namespace_does_not(
        self, shell: Caller, project: Project, user: User
    ) -> None:
        Namespace.objects.update(default_branch_protection=0)
        protect(project, "main", push=40)

        said = [outcome(push(shell, user, project, changes=creation(ref))) for ref in (MAIN, "refs/heads/x")]

        assert said == [NO_FIRST_PUSH, GRANTED]

    def test_a_row_lets_a_developer_make_the_first_push(
        self, shell: Caller, project: Project, user: User
    ) -> None:
        protect(project, "main", push=30)

        response = push(shell, user, project, changes=creation(MAIN))

        assert outcome(response) == GRANTED

    def test_no_commit_is_compared_where_there_is_none(
        self, shell: Caller, project: Project, gitaly: Storage
    ) -> None:
        response = push(shell, member(project, 40), project, changes=line(MAIN))

        assert outcome(response) == GRANTED
        assert gitaly.asked() == ["HasLocalBranches"]

    def test_names_are_looked_at_first(self, shell: Caller, project: Project, user: User) -> None:
        response = push(shell, user, project, changes=creation("refs/heads/HEAD"))

        assert outcome(response) == BAD_NAME

    def test_tags_do_not_mind(self, shell: Caller, project: Project, user: User) -> None:
        response = push(shell, user, project, changes=creation("refs/tags/v1"))

        assert outcome(response) == GRANTED
