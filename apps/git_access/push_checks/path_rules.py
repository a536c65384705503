"""The rules over paths: those that others have locked, and names that no new file may have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.functional import cached_property

from apps.core.gitaly import objects
from apps.core.gitaly.objects import ChangedPath, Commit
from apps.git_access.context.changes import Change
from apps.git_access.matching import patterns
from apps.git_access.push_checks.restrictions import LockedPath

if TYPE_CHECKING:  # a push has its rules over paths
    from apps.git_access.push_checks.push import Push

LOCKED = "'{path}' is locked by @{username}"
LOCKED_IN_LFS = "'{path}' is locked in Git LFS by @{username}"
PROHIBITED = "File name {path} was prohibited by the pattern {pattern}."
# Files that hold secrets under names of their own; the contract's list, in its order.
SECRETS = (
    r"aws\/credentials$",
    r"(ssh|config)\/(personal|server)_(rsa|dsa|ed25519|ecdsa|ecdsa_sk|ed25519_sk)",
    r"id_rsa$",
    r"id_dsa$",
    r"id_ed25519$",
    r"id_ecdsa$",
    r"id_ecdsa_sk$",
    r"id_ed25519_sk$",
    r"\.(pem|key)$",
    r"[._]history$",
)


class PathRules:
    """The rules over paths that are in force for a push."""

    def __init__(self, push: Push) -> None:
        self._push = push
        self._locks = {lock.path: lock for lock in self._of_others(push.restrictions.path_locks)}
        enabled = push.restrictions.lfs_enabled
        self._lfs_locks = self._of_others(push.restrictions.lfs_locks) if enabled else []
        self._patterns = tuple(_patterns(push))

    def apply_to(self, change: Change) -> bool:
        """Whether any rule looks at the paths of the change."""
        if change.branch is None and change.tag is None:
            return False
        return bool(self._patterns or self._lfs_locks or (self._locks and self.is_default_branch(change)))

    def is_default_branch(self, change: Change) -> bool:
        """Whether locks on paths count; in an empty repository there is no default branch yet."""
        return bool(self._locks) and change.branch is not None and change.branch == self._push.default_branch

    def commits(self, change: Change) -> tuple[Commit, ...]:
        """Return the commits to look at: where locks count, those of earlier changes are looked at again."""
        new = self._push.new_objects
        return new.all_of(change) if self.is_default_branch(change) else new.of(change)

    @cached_property
    def any_violation(self) -> bool:
        """Whether any change does anything wrong; two calls to Gitaly at most, however many changes."""
        changes = [
            item for item in self._push.attempt.changes if not item.is_deletion and self.apply_to(item)
        ]
        ids = {commit.id for change in changes for commit in self.commits(change)}
        everything = tuple(commit for commit in self._push.new_objects.commits if commit.id in ids)
        defaults = filter(self.is_default_branch, changes)
        return self._violation(everything, locks_count=False) is not None or any(
            self._violation(self.commits(change), locks_count=True) is not None for change in defaults
        )

    def violation_of(self, change: Change) -> str | None:
        """Return the first thing that is wrong with the paths of a change."""
        return self._violation(self.commits(change), locks_count=self.is_default_branch(change))

    def _violation(self, commits: tuple[Commit, ...], *, locks_count: bool) -> str | None:
        changed = self._push.changed_paths(commits) if commits else ()
        return next(self._violations(changed, locks_count=locks_count), None)

    def _violations(self, changed: tuple[ChangedPath, ...], *, locks_count: bool) -> Iterator[str]:
        for item in changed:
            lock = self._lock_over(item.path) if locks_count else None
            if lock:
                yield LOCKED.format(path=lock.path, username=lock.username)
            pattern = self._pattern_against(item)
            if pattern is not None:
                yield PROHIBITED.format(path=item.path, pattern=_quoted(pattern))
        touched = {item.path for item in changed}
        for lock in self._lfs_locks:
            if lock.path in touched:
                yield LOCKED_IN_LFS.format(path=lock.path, username=lock.username)

    def _lock_over(self, path: str) -> LockedPath | None:
        """Return the lock on the path, else on the nearest directory above it."""
        while path and self._locks:
            if path in self._locks:
                return self._locks[path]
            path = path.rpartition("/")[0]
        return None

    def _pattern_against(self, item: ChangedPath) -> str | None:
        if item.change != objects.PathStatus.ADDED:
            return None
        return next((pattern for pattern in self._patterns if patterns.found(pattern, item.path)), None)

    def _of_others(self, locks: tuple[LockedPath, ...]) -> list[LockedPath]:
        user = self._push.facts.user
        return [lock for lock in locks if user is None or lock.user_id != user.id]


def _patterns(push: Push) -> Iterator[str]:
    rule = push.restrictions.push_rule
    if rule and rule.prevent_secrets:
        yield from SECRETS
    if rule and rule.file_name_regex:
        yield rule.file_name_regex


def _quoted(pattern: str) -> str:
    escaped = pattern.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
