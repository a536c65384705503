"""The check that a repository is not larger than it may be once the push is in it."""

from apps.core.gitaly.client import Gitaly
from apps.git_access.context.attempt import Attempt
from apps.git_access.context.refusals import Forbidden
from apps.git_access.policy import sizes
from apps.git_access.push_checks.new_objects import NewObjects
from apps.git_access.push_checks.push import Push

WOULD_EXCEED = (
    "Your push to this repository cannot be completed as it would exceed the allocated storage for your "
    "project. Contact your GitLab administrator for more information."
)


def check(push: Push) -> None:
    """Step 27: refuse a push that the repository has no room for."""
    check_room(push.attempt, push.gitaly, push.new_objects)


def check_room(attempt: Attempt, gitaly: Gitaly, new_objects: NewObjects) -> None:
    """Refuse a push that the repository has no room for.

    Raises:
        Forbidden: it has none.
    """
    if all(change.is_deletion for change in attempt.changes):
        return
    if not sizes.limit(attempt.facts, attempt.settings):
        return
    if attempt.command.quarantine.object_directory:
        added = gitaly.get_object_directory_size()
    else:
        added = sum({blob.id: blob.size for blob in new_objects.blobs}.values())
    if sizes.exceeds(attempt.facts, attempt.settings, added=added):
        raise Forbidden(WOULD_EXCEED)
