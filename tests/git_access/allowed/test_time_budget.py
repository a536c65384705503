"""The time that the checks of one request may take, and what is told when it runs out."""

import re

import grpc
import pytest

from apps.core.gitaly.failures import GitalyDeadlineExceeded
from apps.directory.models import Project, User
from apps.git_access.context.deadline import CheckTimer
from apps.git_access.context.refusals import Unavailable
from apps.git_access.models import BranchRight, ProtectedBranchAccess
from tests.callers import Caller
from tests.factories.git_access import ProtectedBranchFactory
from tests.git_access.allowed.asking import MAIN, creation, deletion, line, outcome, pull, push
from tests.git_access.allowed.gitalies import Storage

HEAD = ["Push operation timed out", "", "Timing information for debugging purposes:"]


class Clock:
    """A clock that a test sets forward."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timer(clock: Clock) -> CheckTimer:
    return CheckTimer(clock=clock)


class TestTimer:
    def test_it_begins_with_fifty_seconds(self, timer: CheckTimer, clock: Clock) -> None:
        left = [timer.seconds_left()]
        for seconds in (20.0, 29.5, 0.5, 10.0):
            clock.now += seconds
            left.append(timer.seconds_left())

        assert left == [50.0, 30.0, 0.5, 0.0, 0.0]

    def test_a_block_that_is_interrupted_ends_the_list(self, timer: CheckTimer, clock: Clock) -> None:
        timer.note("Running checks for ref: main")
        with timer.block("Checking if you are allowed to push..."):
            clock.now += 0.00042

        with pytest.raises(Unavailable) as refusal, timer.block("Checking the rest..."):
            clock.now += 50.0121
            raise GitalyDeadlineExceeded("too late")

        assert refusal.value.message.split("\n") == [
            *HEAD,
            "Running checks for ref: main",
            "Checking if you are allowed to push... (0.42ms)",
            "Checking the rest... (cancelled after 50012.1ms)",
        ]

    def test_a_block_that_comes_too_late_never_begins(self, timer: CheckTimer, clock: Clock) -> None:
        with timer.block("First..."):
            clock.now += 50.123456

        began = False
        with pytest.raises(Unavailable) as refusal, timer.block("Second..."):
            began = True

        assert not began
        assert refusal.value.message.split("\n") == [*HEAD, "First... (50123.46ms)", "Second... (cancelled)"]

    def test_other_failures_pass_through(self, timer: CheckTimer) -> None:
        with pytest.raises(LookupError), timer.block("First..."):
            raise LookupError


@pytest.mark.django_db
class TestPushes:
    def lines(self, text: str | None) -> list[str]:
        """Return the text's lines without the figures."""
        return re.sub(r"\d+(\.\d{1,2})?ms", "Nms", text or "").split("\n")

    def test_a_slow_gitaly_is_named_with_everything_before(
        self, shell: Caller, project: Project, user: User, gitaly: Storage
    ) -> None:
        ProtectedBranchFactory.create(project=project)
        gitaly.create(f"project-{project.pk}")
        gitaly.double.fail("CommitIsAncestor", grpc.StatusCode.DEADLINE_EXCEEDED)
        gitaly.double.fail("HasLocalBranches", grpc.StatusCode.DEADLINE_EXCEEDED)
        changes = [creation("refs/tags/v1"), line("refs/notes/x"), line(MAIN)]

        status, text = outcome(push(shell, user, project, changes=changes))

        assert status == 503
        assert self.lines(text) == [
            *HEAD,
            "Running checks for ref: v1",
            "Checking if you are allowed to push... (Nms)",
            "Checking if you are allowed to change existing tags... (Nms)",
            "Checking if you are providing a valid tag name... (Nms)",
            "Checking if you are creating, updating or deleting a protected tag... (Nms)",
            "Running checks for ref: refs/notes/x",
            "Checking if you are allowed to push... (Nms)",
            "Running checks for ref: main",
            "Checking if you are allowed to push... (Nms)",
            "Checking if default branch is being deleted... (Nms)",
            "Checking if you are force pushing to a protected branch... (cancelled after Nms)",
        ]

    @pytest.mark.parametrize("changes", [creation("refs/heads/x"), deletion("refs/heads/x")])
    def test_the_question_whether_the_repository_is_empty_is_timed(
        self, shell: Caller, project: Project, user: User, gitaly: Storage, changes: str
    ) -> None:
        ProtectedBranchFactory.create(project=project, name="x")
        gitaly.create(f"project-{project.pk}")
        gitaly.double.fail("HasLocalBranches", grpc.StatusCode.DEADLINE_EXCEEDED)

        _, text = outcome(push(shell, user, project, changes=changes))

        assert self.lines(text)[-1] == (
            "Checking if you are force pushing to a protected branch... (cancelled after Nms)"
        )

    @pytest.mark.parametrize(
        ("changes", "title"),
        [
            (deletion("refs/heads/x"), "Checking if default branch is being deleted..."),
            (creation("refs/tags/x"), "Checking if you are providing a valid tag name..."),
        ],
    )
    def test_the_question_for_the_default_branch_is_timed(
        self, shell: Caller, project: Project, user: User, gitaly: Storage, changes: str, title: str
    ) -> None:
        Project.objects.update(default_branch=None)
        gitaly.create(f"project-{project.pk}")
        gitaly.double.fail("FindDefaultBranchName", grpc.StatusCode.DEADLINE_EXCEEDED)

        _, text = outcome(push(shell, user, project, changes=changes))

        assert self.lines(text)[-1] == f"{title} (cancelled after Nms)"

    def test_the_question_for_the_basis_of_a_branch_is_timed(
        self, shell: Caller, project: Project, user: User, gitaly: Storage
    ) -> None:
        rule = ProtectedBranchFactory.create(project=project, name="x")
        ProtectedBranchAccess.objects.create(rule=rule, right=BranchRight.MERGE, access_level=30)
        history = gitaly.create(f"project-{project.pk}")
        history.set(MAIN, history.commit())
        gitaly.double.fail("ListBranchNamesContainingCommit", grpc.StatusCode.DEADLINE_EXCEEDED)

        _, text = outcome(push(shell, user, project, changes=creation("refs/heads/x")))

        assert self.lines(text)[-1] == (
            "Checking if you are allowed to create a protected branch... (cancelled after Nms)"
        )

    def test_outside_the_blocks_there_is_nothing_to_list(
        self, shell: Caller, project: Project, user: User, gitaly: Storage
    ) -> None:
        Project.objects.update(repository_exists=None)
        gitaly.double.fail("RepositoryExists", grpc.StatusCode.DEADLINE_EXCEEDED)

        response = pull(shell, user, project)

        assert outcome(response) == (503, "\n".join(HEAD))
