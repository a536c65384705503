"""From a value as JSON, a form or a query has it to the type that a parameter declares.

``None`` stands for "present, but empty". A value that cannot be read raises :class:`ValueError`.
"""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from apps.core.api import dates

MIN_INTEGER, MAX_INTEGER = -(2**31), 2**31 - 1
_DECIMAL = re.compile(r"\s*(?P<number>[+-]?[0-9]+(?:_[0-9]+)*)\s*", re.ASCII)
_TRUE = frozenset(["1", "on", "On", "ON", "t", "true", "True", "TRUE", "T", "y", "yes", "Yes", "YES", "Y"])
_FALSE = frozenset(
    ["0", "off", "Off", "OFF", "f", "false", "False", "FALSE", "F", "n", "no", "No", "NO", "N"]
)


def to_date(value: Any) -> date | None:
    """Read a date; only texts are dates."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ValueError("a date is written as text")
    return dates.parse(value)


def to_integer(value: Any) -> int | None:
    """Read an integer of 32 bits; what a float has after the point is cut."""
    if value is None or value == "":
        return None
    number = _number(value)
    if not MIN_INTEGER <= number <= MAX_INTEGER:
        raise ValueError("beyond 32 bits")
    return number


def _number(value: Any) -> int:
    match value:
        case bool():
            raise ValueError("a truth value is no number")
        case int():
            return value
        case float():
            return _cut(value)
        case str() if decimal := _DECIMAL.fullmatch(value):
            return int(decimal["number"])
        case _:
            raise ValueError("not a number")


def _cut(value: float) -> int:
    try:
        return int(value)
    except OverflowError:  # JSON's 1e999 is infinite
        raise ValueError("infinite") from None


def to_boolean(value: Any) -> bool | None:
    """Read a truth value: JSON's own, 1 and 0, or one of the words that are listed."""
    match value:
        case None | "":
            return None
        case bool():
            return value
        case int() if value in {0, 1}:
            return value == 1
        case str() if value in _TRUE:
            return True
        case str() if value in _FALSE:
            return False
        case _:
            raise ValueError("not a truth value")


def to_string(value: Any) -> str | None:
    """Read a text; numbers and truth values become text, an empty text stays one."""
    match value:
        case None:
            return None
        case str():
            if "\0" in value:
                raise ValueError("no database takes U+0000")
            value.encode()  # a lone surrogate is a ValueError
            return value
        case bool() | int() | float():
            return json.dumps(value)
        case _:
            raise ValueError("not a text")


def to_object(value: Any) -> Mapping[str, Any] | None:
    """Read an object with parameters of its own."""
    if value is None or value == "":
        return None
    if not isinstance(value, Mapping):
        raise ValueError("not an object")
    return value
