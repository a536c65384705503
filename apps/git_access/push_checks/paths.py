"""The check of what a push touches: paths that others have locked, and names that no file may have."""

from apps.git_access.context.changes import Change
from apps.git_access.context.refusals import Forbidden
from apps.git_access.push_checks.push import Push

TITLE = "Validating diffs' file paths..."


def check(push: Push, change: Change) -> None:
    """D: nobody else has locked what a branch or tag touches, and its new files have names they may have."""
    rules = push.path_rules
    if change.is_deletion or not rules.apply_to(change):
        return
    with push.timer.block(TITLE):
        # Gitaly does not say which commit touches a path. Only if something is wrong at all it matters
        # which change did it.
        if not rules.commits(change) or not rules.any_violation:
            return
        violation = rules.violation_of(change)
        if violation:
            raise Forbidden(violation)
