"""Numeric ids as clients write them."""

# The largest value of an id column.
MAX_ID = 2**63 - 1
# An id that no row has.
NO_ID = -1


def number(text: str) -> int:
    """Return the positive decimal number that ``text`` is, or ``NO_ID``."""
    if text.isascii() and text.isdigit() and len(text) <= 19 and 0 < int(text) <= MAX_ID:
        return int(text)
    return NO_ID
