"""Patterns in which ``*`` stands for any run of characters, ``/`` included."""

import re
from functools import lru_cache


def matches(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """Whether the whole text fits the pattern; everything but ``*`` is literal."""
    return compiled(pattern, ignore_case).fullmatch(text) is not None


@lru_cache(maxsize=1024)
def compiled(pattern: str, ignore_case: bool = False) -> re.Pattern[str]:
    """Return the regular expression that the whole text has to match."""
    flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), flags)
