"""The check of a snippet's changes: its repository has one branch and keeps it."""

from apps.git_access import gitaly_repositories
from apps.git_access.attempt import Attempt
from apps.git_access.deadline import CheckTimer
from apps.git_access.refusals import Forbidden

NO_OTHER_BRANCH = "You can not create or delete branches."


def run(attempt: Attempt, timer: CheckTimer) -> None:
    """Look at every change; the first failure ends the push.

    Raises:
        Forbidden: a ref is deleted, or one is created beside the default branch; a tag is one, too.
    """
    creates = any(change.is_creation for change in attempt.changes)
    default = _default_branch(attempt, timer) if creates else None
    for change in attempt.changes:
        beside = change.is_creation and default is not None and change.branch != default
        if change.is_deletion or beside:
            raise Forbidden(NO_OTHER_BRANCH)


def _default_branch(attempt: Attempt, timer: CheckTimer) -> str | None:
    """Return the default branch; none in an empty repository, where the first branch becomes it."""
    stored = attempt.facts.snippet.default_branch if attempt.facts.snippet else None
    return stored or gitaly_repositories.of_push(attempt, timer).find_default_branch_name()
