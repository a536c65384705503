"""One push whose refs are about to change: it is counted, and could be recorded whatever happens."""

from apps.git_access.pushes import journal, reference_counter
from apps.git_access.repositories.ids import RepositoryId


def begin(repository: RepositoryId) -> bool:
    """Count a push that is under way; ``False`` when the store failed, which makes Gitaly reject the push.

    Raises:
        JournalFull: the disk is full.
    """
    journal.keep_room()
    return reference_counter.increase(repository)
