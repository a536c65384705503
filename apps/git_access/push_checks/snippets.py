"""The checks of a snippet's changes: its repository has one branch and keeps it, and a few files."""

from typing import Any

from django.conf import settings
from django.utils.functional import cached_property

from apps.core.gitaly.client import Gitaly
from apps.git_access.context import gitaly_repositories
from apps.git_access.context.attempt import Attempt
from apps.git_access.context.changes import Change
from apps.git_access.context.deadline import CheckTimer
from apps.git_access.context.refusals import Forbidden
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
    """No ref is deleted, and none is created beside the default branch; a tag is one, too."""
    creates_other = (
        change.is_creation and push.default_branch is not None and change.branch != push.default_branch
    )
    if change.is_deletion or creates_other:
        raise Forbidden(NO_OTHER_BRANCH)


def few_files(push: SnippetPush, change: Change) -> None:
    """There is at least one file, and there are not too many."""
    count = len(push.gitaly.list_files(change.new))
    if count > settings.SNIPPET_MAX_FILES:
        raise Forbidden(TOO_MANY_FILES.format(settings.SNIPPET_MAX_FILES))
    if count == 0:
        raise Forbidden(NO_FILE)


def room(push: SnippetPush) -> None:
    """The snippet has room for the push."""
    check_room(push.attempt, push.gitaly, push.new_objects)


OF_A_CHANGE = (one_branch, few_files)
AFTER_ALL = (room,)


def run(attempt: Attempt, timer: CheckTimer, take: Any) -> None:
    """Look at every change; the first failure ends the push.

    Raises:
        Forbidden: a rule refuses a change.
    """
    if not attempt.changes:
        return
    push = SnippetPush(attempt, timer)
    for change in attempt.changes:
        timer.note(f"Running checks for ref: {change.name}")
        take(OF_A_CHANGE, push, change)
    take(AFTER_ALL, push)
