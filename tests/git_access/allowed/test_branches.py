"""The checks of a branch: its name, and what protects it."""

from collections.abc import Callable

import pytest

from apps.directory.models import Project, User
from apps.git_access.push_checks.protected_refs import RefProtection
from tests.callers import Caller
from tests.factories.git_access import ProtectedBranchFactory
from tests.git_access.allowed.asking import (
    GRANTED,
    MAIN,
    OLD,
    ZEROS,
    Outcome,
    creation,
    deletion,
    line,
    member,
    outcome,
    push,
)
from tests.git_access.allowed.branches import (
    BAD_NAME,
    HEX_NAME,
    NO_DEFAULT_DELETION,
    NO_PUSH,
    protect,
)
from tests.git_access.allowed.gitalies import History, Storage

pytestmark = pytest.mark.django_db

HEX_NAMES = ["a" * 40, "A" * 40, "0" * 39 + "f", "a" * 40 + "-x", "a" * 64, "0123456789abcdef" * 3 + "/x"]
BAD_NAMES = [
    "-x", "refs/heads/x", "refs/remotes/x", "HEAD", "/x", "x/", "x//y", ".x", "x/.y", "x.lock", "x.lock/y",
    "x..y", "x@{y", "x~", "x^", "x:y", "x?", "x*", "x[", "x\\y", "x.", "x\x7fy", "x\x01y",
]  # fmt: skip
GOOD_NAMES = [
    "x", "x/y", "a" * 39, "g" * 40, "x" + "a" * 40, "@", "x@y", "x.y", "x-", "refs", "refs/tags/x", "HEAD/x",
    "head", "x{", "x]", "a\N{NO-BREAK SPACE}b", "\N{SNOWMAN}", "x.lockx", "%s",
]  # fmt: skip


class TestNames:
    def test_a_name_must_not_look_like_a_revision(self, shell: Caller, project: Project, user: User) -> None:
        for name in HEX_NAMES:
            response = push(shell, user, project, changes=creation(f"refs/heads/{name}"))

            assert outcome(response) == HEX_NAME, name

    @pytest.mark.parametrize("make", [creation, line])
    def test_a_name_must_be_a_legal_ref(
        self, shell: Caller, project: Project, user: User, make: Callable[[str], str]
    ) -> None:
        for name in BAD_NAMES:
            response = push(shell, user, project, changes=make(f"refs/heads/{name}"))

            assert outcome(response) == BAD_NAME, name

    def test_other_names_are_fine(
        self, shell: Caller, project: Project, user: User, history: History
    ) -> None:
        for name in GOOD_NAMES:
            response = push(shell, user, project, changes=creation(f"refs/heads/{name}"))

            assert outcome(response) == GRANTED, name

    def test_whatever_its_name_a_branch_can_be_deleted(
        self, shell: Caller, project: Project, user: User, history: History
    ) -> None:
        for name in [*HEX_NAMES, *BAD_NAMES]:
            response = push(shell, user, project, changes=deletion(f"refs/heads/{name}"))

            assert outcome(response) == GRANTED, name

    def test_names_outrank_protection(self, shell: Caller, project: Project, user: User) -> None:
        protect(project, "*")

        said = [
            outcome(push(shell, user, project, changes=creation(f"refs/heads/{name}")))
            for name in ("a" * 40, "-x", "-" + "a" * 40)
        ]

        assert said == [HEX_NAME, BAD_NAME, BAD_NAME]


class TestDefaultBranch:
    @pytest.mark.parametrize("stored", ["main", None, ""])
    def test_it_is_never_deleted(
        self, shell: Caller, project: Project, history: History, stored: str | None
    ) -> None:
        Project.objects.update(default_branch=stored)
        protect(project, "main", push=40)

        said = [
            outcome(push(shell, member(project, 50), project, changes=deletion(MAIN), protocol=protocol))
            for protocol in ("ssh", "web")
        ]

        assert said == [NO_DEFAULT_DELETION] * 2

    def test_the_stored_name_wins_and_gitaly_is_not_asked(
        self, shell: Caller, project: Project, user: User, gitaly: Storage, history: History
    ) -> None:
        Project.objects.update(default_branch="trunk")

        said = [
            outcome(push(shell, user, project, changes=deletion(f"refs/heads/{name}")))
            for name in ("trunk", "main")
        ]

        assert said == [NO_DEFAULT_DELETION, GRANTED]
        assert "FindDefaultBranchName" not in gitaly.asked()


class TestMatching:
    @pytest.mark.parametrize(
        ("rule", "branch", "matches"),
        [
            ("main", "main", True),
            ("main", "Main", False),
            ("main", "main2", False),
            ("*", "anything/at/all", True),
            ("release/*", "release/1/2", True),
            ("release/*", "release/", True),
            ("release/*", "prerelease/1", False),
            ("*-stable", "1-0-stable", True),
            ("*-stable", "1-0-stable-x", False),
            ("v*.x*", "v1.x2", True),
            ("v*.x*", "v1yx2", False),
            ("a+", "a+", True),
            ("a+", "aa", False),
            ("a.b*", "axb", False),
            ("[a]*", "a", False),
        ],
    )
    def test_a_rule_is_a_name_or_has_stars(self, rule: str, branch: str, matches: bool) -> None:
        assert RefProtection(rule).matches(branch) is matches

    def test_rules_of_another_project_do_not_count(
        self, shell: Caller, project: Project, user: User, update: str
    ) -> None:
        ProtectedBranchFactory.create(name="*")

        response = push(shell, user, project, changes=update)

        assert outcome(response) == GRANTED


class TestUpdates:
    @pytest.mark.parametrize(
        ("row", "level", "said"),
        [(40, 30, NO_PUSH), (40, 40, GRANTED), (30, 30, GRANTED), (0, 50, NO_PUSH), (None, 50, NO_PUSH)],
    )
    def test_a_protected_branch_is_for_whom_a_row_lets_pass(
        self, shell: Caller, project: Project, update: str, row: int | None, level: int, said: Outcome
    ) -> None:
        protect(project, "main", push=row, merge=30)

        response = push(shell, member(project, level), project, changes=update)

        assert outcome(response) == said

    def test_of_several_rules_one_suffices(
        self, shell: Caller, project: Project, user: User, update: str
    ) -> None:
        protect(project, "main", push=0)
        protect(project, "m*", push=30)

        response = push(shell, user, project, changes=update)

        assert outcome(response) == GRANTED

    def test_other_branches_are_free(
        self, shell: Caller, project: Project, user: User, history: History, main: str, gitaly: Storage
    ) -> None:
        protect(project, "main")
        changes = "".join(
            [creation("refs/heads/x", new=main), line("refs/heads/y", old=main), deletion("refs/heads/z")]
        )

        response = push(shell, user, project, changes=changes)

        assert outcome(response) == GRANTED
        assert gitaly.asked() == ["HasLocalBranches"]


def test_gitaly_is_asked_once_however_many_branches_there_are(
    shell: Caller, project: Project, user: User, gitaly: Storage, history: History
) -> None:
    changes = "".join(f"{ZEROS} {OLD} refs/heads/x{number}\n" for number in range(20))

    response = push(shell, user, project, changes=changes)

    assert outcome(response) == GRANTED
    assert gitaly.asked() == ["HasLocalBranches"]
