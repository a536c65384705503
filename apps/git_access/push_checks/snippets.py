"""The checks of a snippet's changes: its repository has one branch and keeps it, and a few files."""

from django.conf import settings
from django.utils.functional import cached_property

from apps.core.gitaly.client import Gitaly
from apps.git_access.context import gitaly_repositories
from apps.git_access.context.attempt import Attempt
from apps.git_access.context.changes import Change
from apps.git_access.context.deadline import CheckTimer
from apps.git_access.context.refusals import Forbidden
from apps.git_access.context.step import Step
from apps.git_access.push_checks.new_objects import NewObjects
from apps.git_access.push_checks.sizes import check_room

NO_OTHER_BRANCH = "You can not create or delete branches."
TOO_MANY_FILES = "The repository can contain at most {} file(s)."
NO_FILE = "The repository must contain at least 1 file."


class SnippetPush:
    """A push to a snippet, and what is asked about it at most once."""

    def __init__(self, attempt: Attempt, timer: CheckTimer) -> None:
        self.attempt = attempt
        self.gitaly: Gitaly = gitaly_repositories.of_push(attempt, timer)
        self.new_objects = NewObjects(attempt.changes, self.gitaly)

    @cached_property
    def default_branch(self) -> str | None:
        """The default branch; none in an empty repository, where the first branch becomes it."""
        stored = self.attempt.facts.snippet.default_branch if self.attempt.facts.snippet else None
        return stored or self.gitaly.find_default_branch_name()


def one_branch(push: SnippetPush, change: Change) -> None:
    """Refuse deletions, and the creation of any ref, tags included, beside the default branch."""
    creates_other = (
        change.is_creation and push.default_branch is not None and change.branch != push.default_branch
    )
    if change.is_deletion or creates_other:
        raise Forbidden(NO_OTHER_BRANCH)


def few_files(push: SnippetPush, change: Change) -> None:
    """Refuse a revision without files, and one with too many."""
    count = len(push.gitaly.list_files(change.new))
    if count > settings.SNIPPET_MAX_FILES:
        raise Forbidden(TOO_MANY_FILES.format(settings.SNIPPET_MAX_FILES))
    if count == 0:
        raise Forbidden(NO_FILE)


def room(push: SnippetPush) -> None:
    """Refuse a push that the snippet has no room for."""
    check_room(push.attempt, push.gitaly, push.new_objects)


EACH_CHANGE: tuple[Step[SnippetPush, Change], ...] = (
    Step(
        id="snippet-branch",
        text="the push keeps to the snippet's only branch",
        fault="a snippet's only branch would get company, or go",
        run=one_branch,
    ),
    Step(
        id="snippet-files",
        text="the snippet has a file, and not too many",
        fault="the snippet would have no file, or too many",
        run=few_files,
    ),
)
AFTER_CHECKS: tuple[Step[SnippetPush], ...] = (
    Step(
        id="snippet-size-after-push",
        text="the snippet has room for the push",
        fault="the push would make the snippet too large",
        run=room,
    ),
)
