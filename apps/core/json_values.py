"""JSON as the standard has it, and what a value must look like before a database keeps it."""

import json
import math
import sys
from typing import Any

MAX_LEVELS = 100  # a value that holds none is level 1
# Of a whole number: a longer one is no JSON here. Python stops at 4,300 by itself, since reading and writing
# takes time in the square of the length: 1 ms at this one.
MAX_DIGITS = 10_000
sys.set_int_max_str_digits(MAX_DIGITS)


def decode(text: str) -> Any:
    """Decode JSON; ``NaN``, ``Infinity`` and nesting beyond the decoder are not JSON.

    Raises:
        ValueError: it is not JSON.
    """
    try:
        return _decode(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_decode = json.JSONDecoder(parse_constant=_refuse_constant).decode


def storable(value: Any) -> bool:
    """Whether both databases take the value as JSON.

    No U+0000 and no lone surrogate in any string, no number beyond the range of a float, and no nesting
    beyond ``MAX_LEVELS``.
    """
    pending = [(value, 1)]
    while pending:
        item, level = pending.pop()
        match item:
            case dict() | list():
                if level > MAX_LEVELS:
                    return False
                inner = [*item, *item.values()] if isinstance(item, dict) else item
                pending += [(member, level + 1) for member in inner]
            case str():
                if not storable_text(item):
                    return False
            case float():
                if not math.isfinite(item):
                    return False
    return True


def storable_text(text: str) -> bool:
    """Whether both databases take the text: no U+0000, no lone surrogate."""
    if "\0" in text or text.isascii():
        return "\0" not in text
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def made_storable(text: str) -> str:
    """Return the text, with what no database takes as an escape sequence."""
    return text.replace("\0", "\\0").encode(errors="backslashreplace").decode()


def as_text(value: Any) -> str | None:
    """Return a scalar as text; ``None`` for what is none: ``null``, arrays, objects."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return json.dumps(value)
        case _:
            return None
