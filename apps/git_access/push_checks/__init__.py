"""The checks of a push's changes, in their order: those of each change, then those of the whole push."""

from collections.abc import Callable
from typing import Any

from apps.git_access.context.attempt import Attempt
from apps.git_access.context.changes import Change
from apps.git_access.context.deadline import CheckTimer
from apps.git_access.context.refusals import Forbidden, Refusal
from apps.git_access.matching.patterns import InvalidPattern
from apps.git_access.policy.steps.pushing import NO_PUSH, may_push
from apps.git_access.push_checks import branches, files, lfs_objects, paths, push_rules, sizes, tags
from apps.git_access.push_checks.push import Push

PUSH_TITLE = "Checking if you are allowed to push..."
ALL_TITLE = "Running checks for {} changes"

Take = Callable[..., None]


def push_right(push: Push, _change: Change) -> None:
    """A: whoever pushes has the push right."""
    with push.timer.block(PUSH_TITLE):
        if not may_push(push.attempt):
            raise Forbidden(NO_PUSH)


OF_A_CHANGE: tuple[Callable[[Push, Change], None], ...] = (
    push_right,
    branches.check,
    tags.check,
    paths.check,
)
OF_THE_PUSH: tuple[Callable[[Push], None], ...] = (lfs_objects.check, files.check, push_rules.check)
AFTER_ALL: tuple[Callable[[Push], None], ...] = (sizes.check,)


def take_all(steps: tuple[Callable[..., None], ...], *arguments: Any) -> None:
    """Take steps in their order; a refusal carries the text of the step that refuses."""
    for step in steps:
        try:
            step(*arguments)
        except Refusal as refusal:
            refusal.rule = refusal.rule or (step.__doc__ or step.__name__).splitlines()[0]
            raise


def run(attempt: Attempt, timer: CheckTimer, take: Take = take_all) -> None:
    """Look at every change; the first failure ends the push, nothing of it is accepted.

    Raises:
        Forbidden: a rule refuses a change.
        Unavailable: time ran out.
    """
    if not attempt.changes:
        return
    push = Push.read(attempt, timer)
    try:
        with timer.told():
            for change in attempt.changes:
                timer.note(f"Running checks for ref: {change.name}")
                take(OF_A_CHANGE, push, change)
            with timer.block(ALL_TITLE.format(len(attempt.changes))):
                take(OF_THE_PUSH, push)
            take(AFTER_ALL, push)
    except InvalidPattern as invalid:
        raise Forbidden(str(invalid)) from None
