"""What else may happen to a protected branch: force, creation, deletion."""

import pytest

from apps.directory.models import Project, User
from apps.git_access.models import ProtectedBranchAccess
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
from tests.git_access.allowed.branches import (
    CREATE_ON_WEB,
    DELETE_ON_WEB,
    NO_BASIS,
    NO_CREATION,
    NO_DELETION,
    NO_FORCE,
    NO_PUSH,
    protect,
)
from tests.git_access.allowed.gitalies import History, Storage

pytestmark = pytest.mark.django_db


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
