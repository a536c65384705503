"""The refs that a push changes."""

import re
from typing import NamedTuple

# What GitLab Shell sends before the transfer, when no change is known.
ANY = "_any"

_BLANKS = frozenset({"0" * 40, "0" * 64})
_OBJECT_ID = re.compile(r"[0-9a-fA-F]{40}|[0-9a-fA-F]{64}")
# Git separates by ASCII white space; a ref may well hold a no-break space.
_FIELD = re.compile(r"[^ \t\r\n\f\v]+")
_BRANCH = "refs/heads/"
_TAG = "refs/tags/"


class Change(NamedTuple):
    """One ref of a push: where it was, and where it shall be."""

    old: str
    new: str
    ref: str

    @property
    def branch(self) -> str | None:
        """The branch's name, when the ref is a branch."""
        return self.ref.removeprefix(_BRANCH) or None if self.ref.startswith(_BRANCH) else None

    @property
    def tag(self) -> str | None:
        """The tag's name, when the ref is a tag."""
        return self.ref.removeprefix(_TAG) or None if self.ref.startswith(_TAG) else None

    @property
    def name(self) -> str:
        """The short name of a branch or tag, else the whole ref."""
        return self.branch or self.tag or self.ref

    @property
    def is_creation(self) -> bool:
        """The ref did not exist."""
        return is_blank(self.old)

    @property
    def is_deletion(self) -> bool:
        """The ref shall not exist any more."""
        return is_blank(self.new)

    @property
    def is_update(self) -> bool:
        """The ref exists before and after."""
        return not self.is_creation and not self.is_deletion


def is_blank(revision: str) -> bool:
    """Whether the revision stands for nothing: 40 or 64 zeros."""
    return revision in _BLANKS


def from_lines(changes: str | list[str] | None) -> tuple[Change, ...]:
    """Read lines of ``old new ref``; further fields are dropped, what a line lacks is empty."""
    if not changes or changes == ANY:
        return ()
    lines = changes.split("\n") if isinstance(changes, str) else changes
    fields = (_FIELD.findall(line) for line in lines)
    return tuple(Change._make([*parts, "", ""][:3]) for parts in fields if parts)


def is_object_id(revision: str) -> bool:
    """Whether the revision is the id of an object and nothing else, such as an option."""
    return _OBJECT_ID.fullmatch(revision) is not None and not is_blank(revision)
