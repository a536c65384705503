"""Dates as people type them."""

import re
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMES = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+)?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_MONTH = r"(?P<name>[a-z]{3,9})\.?"
_TIME = (
    r"(?:[t\s]\s*\d{1,2}:?\d{2}(?::?\d{2}(?:[.,]\d+)?)?\s*(?:am|pm)?"
    r"\s*(?:z|utc|gmt|[+-]\d{2}(?::?\d{2})?)?)?"
)
_FORMS = tuple(
    re.compile(form + _TIME, re.ASCII | re.IGNORECASE)
    for form in (
        r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
        rf"{_WEEKDAY}{_DAY}[\s-]+{_MONTH},?[\s-]+(?P<year>\d{{4}})",
        rf"{_WEEKDAY}{_MONTH}\s+{_DAY},?\s+(?P<year>\d{{4}})",
    )
)


class NotADate(ValueError):
    """The text cannot be read as a date."""


def read(text: str) -> date:
    """Return the date that ``text`` names: year first, or a month's name and a year; a time is left out.

    Raises:
        NotADate: it names none.
    """
    for form in _FORMS:
        if match := form.fullmatch(text.strip()):
            parts = match.groupdict()
            month = int(parts["month"]) if "month" in parts else _number(parts["name"])
            try:
                return date(int(parts["year"]), month, int(parts["day"]))
            except ValueError:
                break
    raise NotADate(text)


def _number(name: str) -> int:
    """Return the month's number; 0, which no date has, for another word."""
    name = name.lower()
    if name in _MONTHS:
        return _MONTHS.index(name) + 1
    if name in _NAMES:
        return _NAMES.index(name) + 1
    return 9 if name == "sept" else 0
