"""The check of what a push touches: paths that others have locked, and names that no file may have."""

from apps.git_access.context.changes import Change
from apps.git_access.context.refusals import Forbidden
from apps.git_access.push_checks.push import Push

TITLE = "Validating diffs' file paths..."


def check(push: Push, change: Change) -> None:
    """D: refuse paths that somebody else has locked, and new files whose names are prohibited."""
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
