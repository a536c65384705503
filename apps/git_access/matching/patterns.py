"""Regular expressions that operators write: RE2's, which no text can make run for long."""

from functools import lru_cache

import re2

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False  # the pusher is told, not the log
MULTI_LINE = "(?m)"


class InvalidPattern(ValueError):
    """The text is no regular expression; the message says which text, and why."""

    def __init__(self, pattern: str, reason: str) -> None:
        super().__init__(f"Regular expression '{pattern}' is invalid: {reason}")


def found(pattern: str, text: str, *, multi_line: bool = False) -> bool:
    """Whether the pattern matches anywhere in the text; ``^`` and ``$`` may stand for every line.

    Raises:
        InvalidPattern: it is no regular expression.
    """
    return _compiled(pattern, multi_line).search(text.encode()) is not None


def check(pattern: str) -> None:
    """Refuse what is no regular expression.

    Raises:
        InvalidPattern: it is none.
    """
    _compiled(pattern, False)


@lru_cache(maxsize=1024)
def _compiled(pattern: str, multi_line: bool) -> "re2._Regexp[bytes]":
    # Of bytes, which are UTF-8 as well: of a text, the library counts the characters before each match.
    whole = f"{MULTI_LINE}{pattern}" if multi_line else pattern
    try:
        return re2.compile(whole.encode(), _OPTIONS)
    except re2.error as error:
        reason = _words(error)
        # It may quote the mode that we have added.
        raise InvalidPattern(pattern, reason.replace(MULTI_LINE, "", 1) if multi_line else reason) from None


def _words(error: Exception) -> str:
    """Return RE2's own words, which it gives as bytes."""
    words = error.args[0] if error.args else ""
    return words.decode(errors="replace") if isinstance(words, bytes) else str(words)
