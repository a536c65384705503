"""Fields of parameters: what a form, a query or Go's JSON may write for a value.

Optional parameters that are ``null`` count as absent, unless ``allow_null`` says that this is a value. What
is wrong is worded by :mod:`serializer_errors`.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import SkipField, empty

from apps.core.api import dates
from apps.core.json_values import as_text, storable, storable_text

MIN_INTEGER, MAX_INTEGER = -(2**31), 2**31 - 1
_DECIMAL = re.compile(r"\s*(?P<number>[+-]?[0-9]+(?:_[0-9]+)*)\s*", re.ASCII)


class ParameterField(serializers.Field[Any, Any, Any, Any]):
    """What all fields of parameters share; a base for each."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": "Not of the declared type.",
        "blank": "Must not be blank.",
        "max_length": "Longer than it may be.",
        "invalid_choice": "None of the words that there are.",
    }
    blank_is_null: ClassVar[bool] = False

    def get_value(self, dictionary: Mapping[str, Any]) -> Any:
        """Return what was given: the parsers make plain objects of forms, too."""
        return dictionary.get(self.field_name or "", empty)

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        """Leave an optional parameter out that is ``null``, where that is no value."""
        if self.blank_is_null and data == "":
            data = None
        if data is None and not self.required and not self.allow_null:
            raise SkipField
        return super().validate_empty_values(data)

    def to_representation(self, value: Any) -> Any:
        """Return the value: parameters are read, never written."""
        return value


class WholeNumber(ParameterField):
    """A whole number of 32 bits: a float is cut, a text is read in base 10; blank counts as ``null``."""

    blank_is_null = True

    def to_internal_value(self, data: Any) -> int:
        """Return the number."""
        decimal = _DECIMAL.fullmatch(data) if isinstance(data, str) else None
        if isinstance(data, bool) or not (decimal or isinstance(data, int | float)):
            self.fail("invalid")
        try:
            number = int(decimal["number"] if decimal else data)
        except (OverflowError, ValueError):  # JSON's 1e999 is infinite; a text of too many digits
            self.fail("invalid")
        if not MIN_INTEGER <= number <= MAX_INTEGER:
            self.fail("invalid")
        return number


class Truth(ParameterField):
    """A truth value: JSON's own, 1 and 0, or one of the words that are listed; blank counts as ``null``."""

    blank_is_null = True
    true: ClassVar = frozenset("1 on On ON t true True TRUE T y yes Yes YES Y".split())  # noqa: SIM905
    false: ClassVar = frozenset("0 off Off OFF f false False FALSE F n no No NO N".split())  # noqa: SIM905

    def to_internal_value(self, data: Any) -> bool:
        """Return it."""
        word = str(int(data)) if isinstance(data, int) else data
        if not isinstance(word, str) or word not in self.true | self.false:
            self.fail("invalid")
        return word in self.true


class Day(ParameterField):
    """A date, which only a text can be, in one of the forms of :mod:`dates`; blank counts as ``null``."""

    blank_is_null = True

    def to_internal_value(self, data: Any) -> date:
        """Return the day."""
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            return dates.parse(data)
        except ValueError:
            self.fail("invalid")


class WholeNumbers(ParameterField):
    """A list of whole numbers; blank elements do not count."""

    blank_is_null = True

    def to_internal_value(self, data: Any) -> list[int]:
        """Return the list."""
        if not isinstance(data, list):
            self.fail("invalid")
        element = WholeNumber()
        return [element.to_internal_value(item) for item in data if item not in (None, "")]


class Text(ParameterField):
    """A text; numbers and booleans become one. A required one may be ``null`` where it may be blank."""

    def __init__(self, *, blank: bool = True, max_length: int | None = None, **options: Any) -> None:
        super().__init__(**{"allow_null": blank and options.get("required", True), **options})
        self.blank = blank
        self.max_length = max_length

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        """Say of ``null`` that it is empty, where a text must not be."""
        if data is None and self.required and not self.blank:
            self.fail("blank")
        return super().validate_empty_values(data)

    def to_internal_value(self, data: Any) -> str:
        """Return the text."""
        text = as_text(data)
        if text is None or not storable_text(text):
            self.fail("invalid")
        if codes := list(self.objections(text)):
            raise ValidationError([ErrorDetail(str(self.error_messages[code]), code) for code in codes])
        return text

    def objections(self, text: str) -> list[str]:
        """Return the codes of what else is wrong with a text."""
        blank = ["blank"] if not self.blank and not text.strip() else []
        long = ["max_length"] if self.max_length is not None and len(text) > self.max_length else []
        return [*blank, *long]


class Word(ParameterField):
    """One of some words, in any letter case unless ``exact``."""

    def __init__(self, words: tuple[str, ...], *, exact: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.words = words
        self.exact = exact

    def to_internal_value(self, data: Any) -> str:
        """Return the word as it is declared."""
        text = Text().to_internal_value(data)
        word = text if self.exact else text.lower()
        if word not in self.words:
            self.fail("invalid_choice")
        return word


class Texts(ParameterField):
    """A list of texts."""

    def to_internal_value(self, data: Any) -> list[str]:
        """Return the list."""
        if not isinstance(data, list):
            self.fail("invalid")
        element = Text()
        return [element.to_internal_value(item) for item in data]


class Items(ParameterField):
    """A list of anything that can be kept."""

    def to_internal_value(self, data: Any) -> list[Any]:
        """Return the list."""
        if not isinstance(data, list) or not storable(data):
            self.fail("invalid")
        return data


class Content(ParameterField):
    """An object as it came, whatever is in it."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return the object."""
        if not isinstance(data, Mapping):
            self.fail("invalid")
        return dict(data)
