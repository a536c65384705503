"""What the repositories hold, as plain values: commits, blobs, changed paths, LFS pointers.

Git's names and messages are bytes of no certain encoding. Here they are text; what is not UTF-8 shows up
as U+FFFD.
"""

import enum
from dataclasses import dataclass


class ObjectFormat(enum.StrEnum):
    """How a repository names its objects; it is fixed when the repository is made."""

    SHA1 = "sha1"
    SHA256 = "sha256"

    @property
    def label(self) -> str:
        """The name that people know."""
        return {"sha1": "SHA-1", "sha256": "SHA-256"}[self.value]


@dataclass(frozen=True, slots=True)
class Signature:
    """Author or committer, as the commit says."""

    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One commit; a long message may have been cut."""

    id: str
    message: str
    message_is_whole: bool
    author: Signature
    committer: Signature
    parent_ids: tuple[str, ...]
    tree_id: str
    signed: bool


class PathStatus(enum.IntEnum):
    """What happened to a path; the numbers are Gitaly's."""

    ADDED = 0
    MODIFIED = 1
    DELETED = 2
    TYPE_CHANGED = 3
    COPIED = 4
    RENAMED = 5


@dataclass(frozen=True, slots=True)
class ChangedPath:
    """A path that differs between a commit and its parents."""

    path: str
    change: PathStatus


@dataclass(frozen=True, slots=True)
class Blob:
    """A blob without its content. ``path`` is one of the paths it has in the walked commits."""

    id: str
    size: int
    path: str


@dataclass(frozen=True, slots=True)
class LfsPointer:
    """A blob that stands for a file kept in LFS: ``oid`` and ``size`` are that file's."""

    blob_id: str
    oid: str
    size: int
