"""The checks of a branch."""

from collections.abc import Callable

import pytest

from apps.directory.models import Namespace, Project, User
from apps.git_access.models import BranchRight, ProtectedBranch, ProtectedBranchAccess
from apps.git_access.protected_refs import Rule
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
from tests.git_access.allowed.gitalies import History, Storage

pytestmark = pytest.mark.django_db

NO_DEFAULT_DELETION: Outcome = (401, "The default branch of a project cannot be deleted.")
HEX_NAME: Outcome = (401, "You cannot create a branch with a SHA-1 or SHA-256 branch name.")
BAD_NAME: Outcome = (401, "You cannot create a branch with an invalid name.")
NO_FORCE: Outcome = (401, "You are not allowed to force push code to a protected branch on this project.")
NO_CREATION: Outcome = (401, "You are not allowed to create protected branches on this project.")
NO_BASIS: Outcome = (
    401,
    "You can only use an existing protected branch ref as the basis of a new protected branch.",
)
CREATE_ON_WEB: Outcome = (401, "You can only create protected branches using the web interface and API.")
NO_DELETION: Outcome = (
    401,
    "You are not allowed to delete protected branches from this project. "
    "Only a project maintainer or owner can delete a protected branch.",
)
DELETE_ON_WEB: Outcome = (401, "You can only delete protected branches using the web interface.")
NO_PUSH: Outcome = (401, "You are not allowed to push code to protected branches on this project.")
NO_FIRST_PUSH: Outcome = (
    401,
    "\nA default branch (e.g. main) does not yet exist for gnuwget/wget2\n"
    "Ask a project Owner or Maintainer to create a default branch:\n\n"
    "  http://localhost:3001/gnuwget/wget2/-/project_members\n\n",
)


def protect(
    project: Project, name: str, *, push: int | None = 0, merge: int | None = 0, force: bool = False
) -> ProtectedBranch:
    """Protect branches; a level is a row for that right, ``None`` no row."""
    rule: ProtectedBranch = ProtectedBranchFactory.create(project=project, name=name, allow_force_push=force)
    for right, level in ((BranchRight.PUSH, push), (BranchRight.MERGE, merge)):
        if level is not None:
            ProtectedBranchAccess.objects.create(rule=rule, right=right, access_level=level)
    return rule


@pytest.fixture
def history(project: Project, gitaly: Storage) -> History:
    """A repository whose branch ``main`` has one commit."""
    history = gitaly.create(f"project-{project.pk}")
    history.set(MAIN, history.commit(message="First"))
    return history


@pytest.fixture
def main(history: History) -> str:
    """The commit that ``main`` leads to."""
    return history.git.run("rev-parse", MAIN).decode().strip()


@pytest.fixture
def update(history: History, main: str) -> str:
    """The line of one more commit on ``main``."""
    return line(MAIN, old=main, new=history.commit(main))


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
        assert Rule(rule).matches(branch) is matches

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


class TestForcedPushes:
    @pytest.fixture
    def sideways(self, history: History, main: str) -> str:
        """A push of a commit that does not lead to ``main``'s."""
        return line(MAIN, old=main, new=history.commit(message="Another first"))

    def test_are_refused_whatever_the_level(self, shell: Caller, project: Project, sideways: str) -> None:
        protect(project, "main", push=30)

        response = push(shell, member(project, 50), project, changes=sideways)

        assert outcome(response) == NO_FORCE

    def test_pass_where_a_rule_allows_them_and_still_need_the_right(
        self, shell: Caller, project: Project, user: User, sideways: str, gitaly: Storage
    ) -> None:
        protect(project, "main", push=30)
        protect(project, "m*", push=None, merge=None, force=True)

        allowed = outcome(push(shell, user, project, changes=sideways))
        ProtectedBranchAccess.objects.update(access_level=40)
        refused = outcome(push(shell, user, project, changes=sideways))

        assert (allowed, refused) == (GRANTED, NO_PUSH)
        assert "CommitIsAncestor" not in gitaly.asked()

    def test_do_not_matter_on_a_branch_that_is_not_protected(
        self, shell: Caller, project: Project, user: User, sideways: str, gitaly: Storage
    ) -> None:
        response = push(shell, user, project, changes=sideways)

        assert outcome(response) == GRANTED
        assert "CommitIsAncestor" not in gitaly.asked()

    def test_are_seen_with_the_new_objects_of_the_push(
        self, shell: Caller, project: Project, user: User, history: History, main: str, gitaly: Storage
    ) -> None:
        protect(project, "main", push=30)
        incoming = history.git.path / "objects" / "incoming"
        incoming.mkdir()
        env = {
            "GIT_OBJECT_DIRECTORY_RELATIVE": "objects/incoming",
            "GIT_ALTERNATE_OBJECT_DIRECTORIES_RELATIVE": ["objects"],
        }
        apart = History(
            type(history.git)(history.git.path, str(incoming), (str(history.git.path / "objects"),))
        )
        changes = line(MAIN, old=main, new=apart.commit(main, message="In quarantine"))

        said = [outcome(push(shell, user, project, changes=changes, env=given)) for given in (env, None)]

        assert said == [GRANTED, NO_FORCE]

    def test_the_path_that_gitaly_named_travels_in_the_metadata(
        self, shell: Caller, project: Project, user: User, history: History, main: str, gitaly: Storage
    ) -> None:
        changes = creation("refs/heads/x", new=main)

        response = push(shell, user, project, changes=changes, relative_path="@snapshots/1.git")

        call = gitaly.double.calls[0]
        assert call.metadata["relative-path-bin"] == b"@snapshots/1.git"
        assert call.metadata["gitaly-route-repository-accessor-policy"] == "primary-only"
        assert call.metadata["x-gitlab-correlation-id"] == response.headers["X-Request-Id"]
        assert call.request.repository.relative_path == str(history.git.path.relative_to(gitaly.root))


class TestCreations:
    # Levels of the push and the merge row.
    @pytest.mark.parametrize(
        ("rows", "protocol", "said"),
        [
            ((30, 0), "ssh", GRANTED),
            ((0, 0), "ssh", NO_CREATION),
            ((0, 40), "ssh", NO_CREATION),
            ((0, 0), "web", NO_CREATION),
            ((0, 30), "ssh", CREATE_ON_WEB),
            ((0, 30), "http", CREATE_ON_WEB),
            ((0, 30), "web", GRANTED),
        ],
    )
    def test_of_a_protected_branch_from_a_protected_one(
        self, shell: Caller, project: Project, main: str, rows: tuple[int, int], protocol: str, said: Outcome
    ) -> None:
        protect(project, "main")
        protect(project, "release/*", push=rows[0], merge=rows[1])
        changes = creation("refs/heads/release/1", new=main)

        response = push(shell, member(project, 30), project, changes=changes, protocol=protocol)

        assert outcome(response) == said

    @pytest.mark.parametrize("protocol", ["ssh", "web"])
    def test_needs_a_protected_basis(
        self, shell: Caller, project: Project, user: User, history: History, main: str, protocol: str
    ) -> None:
        protect(project, "main")
        protect(project, "release/*", merge=30)
        topic = history.set("refs/heads/topic", history.commit(main, message="Topic"))
        changes = creation("refs/heads/release/1", new=topic)

        said = outcome(push(shell, user, project, changes=changes, protocol=protocol))
        protect(project, "topic")
        then = outcome(push(shell, user, project, changes=changes, protocol=protocol))

        assert (said, then) == (NO_BASIS, GRANTED if protocol == "web" else CREATE_ON_WEB)


class TestDeletions:
    @pytest.mark.parametrize(
        ("level", "protocol", "said"),
        [
            (30, "ssh", NO_DELETION),
            (30, "web", NO_DELETION),
            (40, "ssh", DELETE_ON_WEB),
            (50, "http", DELETE_ON_WEB),
            (40, "web", GRANTED),
        ],
    )
    def test_of_a_protected_branch_are_for_maintainers_on_the_web(
        self, shell: Caller, project: Project, history: History, level: int, protocol: str, said: Outcome
    ) -> None:
        protect(project, "release/*", push=30)

        response = push(
            shell,
            member(project, level),
            project,
            changes=deletion("refs/heads/release/1"),
            protocol=protocol,
        )

        assert outcome(response) == said


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


def test_gitaly_is_asked_once_however_many_branches_there_are(
    shell: Caller, project: Project, user: User, gitaly: Storage, history: History
) -> None:
    changes = "".join(f"{ZEROS} {OLD} refs/heads/x{number}\n" for number in range(20))

    response = push(shell, user, project, changes=changes)

    assert outcome(response) == GRANTED
    assert gitaly.asked() == ["HasLocalBranches"]
