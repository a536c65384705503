"""Dates as CustomersDot and people write them: a list of forms, tried in order, and nothing beyond it.

No form depends on today. A time or zone after the date is dropped, not converted.
"""

import re
from datetime import date

MAX_LENGTH = 128  # characters
_CENTURY_TURNS = 69  # two-digit years from here on are 19xx

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def _names(names: list[str]) -> str:
    """Full or with three letters."""
    return "|".join(f"{name[:3]}(?:{name[3:]})?" for name in names)


_YEAR, _YY = r"(?P<year>[0-9]{4})", r"(?P<year>[0-9]{2})"
_MONTH, _DAY = r"(?P<month>[0-9]{1,2})", r"(?P<day>[0-9]{1,2})"
_MM, _DD = r"(?P<month>[0-9]{2})", r"(?P<day>[0-9]{2})"
_NAME = rf"(?P<name>{_names(_MONTHS)})"
_NTH = rf"{_DAY}(?:st|nd|rd|th)?"
_WEEKDAY = rf"(?:(?:{_names(_WEEKDAYS)}),?\s+)?"
_MARK, _SAME_MARK = r"(?P<mark>[-/.])", r"(?P=mark)"
_GAP = r"(?:\s+|[-/])"

# What follows a complete date is ignored, unless it is a digit: then the date was none.
_FORMS = tuple(
    re.compile(rf"{form}(?!(?u:\d))", re.ASCII | re.IGNORECASE)
    for form in (
        rf"{_YEAR}{_MARK}{_MONTH}{_SAME_MARK}{_DAY}",
        rf"{_YEAR}-(?P<ordinal>[0-9]{{3}})",
        rf"{_YEAR}-W(?P<week>[0-9]{{2}})-(?P<weekday>[1-7])",
        rf"{_YEAR}{_MM}{_DD}",
        rf"{_YY}{_MM}{_DD}",
        rf"{_DAY}{_MARK}{_MONTH}{_SAME_MARK}{_YEAR}",
        rf"{_YY}{_MARK}{_MM}{_SAME_MARK}{_DD}",
        rf"{_WEEKDAY}{_NTH}{_GAP}{_NAME}{_GAP}{_YEAR}",
        rf"{_NAME}\s+{_NTH},?\s+{_YEAR}",
        rf"{_YEAR}\s+{_NAME}\s+{_DAY}",
        rf"{_NAME}\s+{_YEAR}",
    )
)


def parse(text: str) -> date:
    """Read a date.

    Raises:
        ValueError: the text is in none of the forms, or names a day that does not exist.
    """
    if len(text) > MAX_LENGTH:
        raise ValueError("too long for a date")
    stripped = text.strip()
    for form in _FORMS:
        if match := form.match(stripped):
            return _day(match.groupdict())
    raise ValueError("not a date")


def _day(parts: dict[str, str]) -> date:
    year = _full_year(parts["year"])
    if ordinal := parts.get("ordinal"):
        return _day_of_year(year, int(ordinal))
    if week := parts.get("week"):
        return date.fromisocalendar(year, int(week), int(parts["weekday"]))
    name = parts.get("name")
    month = _month(name) if name else int(parts["month"])
    return date(year, month, int(parts.get("day", 1)))


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) == 4:
        return year
    return year + (1900 if year >= _CENTURY_TURNS else 2000)


def _month(name: str) -> int:
    return 1 + next(index for index, month in enumerate(_MONTHS) if month.startswith(name[:3].lower()))


def _day_of_year(year: int, ordinal: int) -> date:
    day = date.fromordinal(date(year, 1, 1).toordinal() + ordinal - 1)
    if day.year != year:
        raise ValueError("the year has no such day")
    return day
