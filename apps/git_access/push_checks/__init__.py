"""The checks of a push's changes, in their order: per change the push right, its branch, its tag."""

from apps.git_access.attempt import Attempt
from apps.git_access.deadline import CheckTimer
from apps.git_access.push_checks import branches, tags
from apps.git_access.push_checks.push import Push
from apps.git_access.refusals import Forbidden
from apps.git_access.steps.pushing import NO_PUSH, may_push

PUSH_TITLE = "Checking if you are allowed to push..."


def run(attempt: Attempt, timer: CheckTimer) -> None:
    """Look at every change; the first failure ends the push, nothing of it is accepted.

    Raises:
        Forbidden: a rule refuses a change.
        Unavailable: time ran out.
    """
    push = Push(attempt, timer)
    for change in attempt.changes:
        timer.note(f"Running checks for ref: {change.name}")
        with timer.block(PUSH_TITLE):
            if not may_push(attempt):
                raise Forbidden(NO_PUSH)
        if change.branch is not None:
            branches.check(push, change, change.branch)
        elif change.tag is not None:
            tags.check(push, change, change.tag)
