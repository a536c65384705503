"""What a push brings with it: one walk per kind of object, however many refs it has."""

from collections.abc import Iterable, Iterator

from django.utils.functional import cached_property

from apps.core.gitaly.client import Gitaly
from apps.core.gitaly.objects import Blob, Commit, LfsPointer
from apps.git_access.context.changes import Change, is_object_id

# Everything that the refs which exist already do not lead to. With the quarantine, that is what is new.
NOT_YET_THERE = ("--not", "--all")


class NewObjects:
    """The new commits, blobs and LFS pointers of a push; each is asked for at most once."""

    def __init__(self, changes: tuple[Change, ...], gitaly: Gitaly) -> None:
        self._changes = [change for change in changes if not change.is_deletion]
        self._gitaly = gitaly

    @cached_property
    def revisions(self) -> list[str]:
        """Where the refs shall be, whatever kind of ref; what is no id can only be refused by Gitaly."""
        return list(dict.fromkeys(change.new for change in self._changes if is_object_id(change.new)))

    @cached_property
    def commits(self) -> tuple[Commit, ...]:
        """The new commits, in the order of the walk."""
        return self._gitaly.list_commits(self._walk) if self.revisions else ()

    @cached_property
    def lfs_pointers(self) -> tuple[LfsPointer, ...]:
        """The new pointers to files in LFS."""
        return self._gitaly.list_lfs_pointers(self._walk) if self.revisions else ()

    @cached_property
    def blobs(self) -> tuple[Blob, ...]:
        """The new blobs, without their content."""
        return self._gitaly.list_blobs(self._walk) if self.revisions else ()

    def of(self, change: Change) -> tuple[Commit, ...]:
        """Return the new commits that a branch or tag brings and none before it."""
        return self._of_branches_and_tags.get(change, ())

    def of_branch(self, change: Change) -> tuple[Commit, ...]:
        """Return the new commits that a branch brings and no branch before it; tags do not count."""
        return self._of_branches.get(change, ())

    def all_of(self, change: Change) -> tuple[Commit, ...]:
        """Return the new commits that a branch or tag leads to, also those of a change before it."""
        return self._in_order(self._reached(change.new, stop=change.old, seen=set()))

    def message(self, commit: Commit) -> str:
        """Return the whole message of a new commit."""
        return commit.message if commit.message_is_whole else self._long_messages[commit.id]

    @property
    def _walk(self) -> list[str]:
        return [*self.revisions, *NOT_YET_THERE]

    @cached_property
    def _by_id(self) -> dict[str, Commit]:
        return {commit.id: commit for commit in self.commits}

    @cached_property
    def _long_messages(self) -> dict[str, str]:
        """The messages that the walk has cut."""
        return self._gitaly.get_commit_messages(
            [commit.id for commit in self.commits if not commit.message_is_whole]
        )

    @cached_property
    def _of_branches(self) -> dict[Change, tuple[Commit, ...]]:
        return self._shared_out([change for change in self._changes if change.branch], set())

    @cached_property
    def _of_branches_and_tags(self) -> dict[Change, tuple[Commit, ...]]:
        """Every new commit with the first branch or tag that leads to it.

        An annotated tag names no commit, and what it leads to is not told; so what no ref of any kind leads
        to is the first one's.
        """
        named = [change for change in self._changes if change.branch or change.tag]
        others = [change for change in self._changes if change not in named]
        seen: set[str] = set()
        found = self._shared_out(named, seen)
        annotated = next((change for change in named if change.tag and change.new not in self._by_id), None)
        if annotated:
            elsewhere = set(seen)
            self._shared_out(others, elsewhere)
            found[annotated] = self._in_order(self._by_id.keys() - elsewhere)
        return found

    def _shared_out(self, changes: Iterable[Change], seen: set[str]) -> dict[Change, tuple[Commit, ...]]:
        """Give each change, in turn, the commits that it leads to and that nobody has yet."""
        found: dict[Change, tuple[Commit, ...]] = {}
        for change in changes:
            reached = self._in_order(self._reached(change.new, stop=change.old, seen=seen))
            found.setdefault(change, reached)
        return found

    def _reached(self, start: str, *, stop: str, seen: set[str]) -> Iterator[str]:
        """Follow parents among the new commits, and add them to those that have been seen."""
        waiting = [start]
        while waiting:
            commit_id = waiting.pop()
            if commit_id in self._by_id and commit_id not in seen and commit_id != stop:
                seen.add(commit_id)
                waiting += self._by_id[commit_id].parent_ids
                yield commit_id

    def _in_order(self, ids: Iterable[str]) -> tuple[Commit, ...]:
        wanted = set(ids)
        return tuple(commit for commit in self.commits if commit.id in wanted) if wanted else ()
