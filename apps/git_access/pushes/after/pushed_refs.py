"""The branches and tags of a finished push, from the text that Gitaly or an older client sends."""

import base64
import binascii

from apps.git_access.context import changes
from apps.git_access.context.changes import Change


def read(text: str) -> tuple[Change, ...]:
    """Return the changes of branches and tags; every other ref is left out."""
    return tuple(change for change in changes.from_lines(_plain(text)) if change.branch or change.tag)


def _plain(text: str) -> str:
    """Return the lines; a text without any space is their Base64."""
    if " " in text:
        return text
    try:
        decoded = base64.b64decode(text)
    except (binascii.Error, ValueError):
        return ""
    # A database keeps no NUL, and no ref has one.
    return _transcoded(decoded).replace("\0", "")


def _transcoded(decoded: bytes) -> str:
    try:
        return decoded.decode()
    except UnicodeDecodeError:
        return decoded.decode("latin-1")
