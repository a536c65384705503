"""Which names of branches and tags are legal, as Git itself decides it."""

import re

_HEX = re.compile(r"[0-9a-fA-F]{40}")
# A character that no ref has, two dots or "@{", a component that is empty, begins with a dot or ends in
# ".lock", and a dot at the end.
_ILLEGAL = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|(?:\A|/)(?:[/.]|\Z)|\.lock(?:/|\Z)|\.\Z")


def starts_like_revision(name: str) -> bool:
    """Whether the name begins with what could be a commit id: 40 or 64 hex digits."""
    return _HEX.match(name) is not None


def is_legal(name: str) -> bool:
    """Whether ``refs/heads/<name>`` follows Git's ref format."""
    return _ILLEGAL.search(name) is None
