"""Numeric ids as clients write them."""

from typing import Any

from apps.core.json_values import storable_text

# The largest value of an id column.
MAX_ID = 2**63 - 1
# An id that no row has.
NO_ID = -1


def number(text: str) -> int:
    """Return the positive decimal number that ``text`` is, or ``NO_ID``."""
    if text.isascii() and text.isdigit() and len(text) <= 19 and 0 < int(text) <= MAX_ID:
        return int(text)
    return NO_ID


def identifier(value: Any) -> int | None:
    """Return the id that a JSON value is: ``NO_ID`` for one that no row has, ``None`` for what is no id."""
    match value:
        case bool():
            return None
        case int():
            return value if 0 < value <= MAX_ID else NO_ID
        case float():
            return NO_ID
        case str() if storable_text(value):
            return number(value)
        case _:
            return None
