"""Fields of parameters: what a form, a query or Go's JSON may write for a value.

Optional parameters that are ``null`` count as absent. What is wrong is worded by :mod:`serializer_errors`.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import SkipField
from rest_framework.settings import api_settings

from apps.core.api.coercion import to_integer
from apps.core.json_values import as_text, storable, storable_text


class ParameterField(serializers.Field[Any, Any, Any, Any]):
    """What all fields of parameters share; a base for each."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": "Not of the declared type.",
        "blank": "Must not be blank.",
        "max_length": "Longer than it may be.",
        "invalid_choice": "None of the words that there are.",
    }
    blank_is_null: ClassVar[bool] = False

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        """Leave an optional parameter out that is ``null``."""
        if self.blank_is_null and data == "":
            data = None
        if data is None and not self.required:
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
        try:
            number = to_integer(data)
        except ValueError:
            self.fail("invalid")
        if number is None:
            self.fail("invalid")
        return number


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
        super().__init__(allow_null=blank, **options)
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


class ParameterList(ParameterField, serializers.ListSerializer[Any]):
    """A list of objects that share their parameters."""

    def run_child_validation(self, data: Any) -> Any:
        """Refuse ``null`` as an element: the library lets an optional list have optional elements."""
        if data is None:
            raise ValidationError([ErrorDetail("No object.", "null")])
        return super().run_child_validation(data)


class ObjectList(ParameterList):
    """The same, which is wrong as a whole where an element is no object."""

    def to_internal_value(self, data: Any) -> list[Any]:
        """Return the list."""
        if isinstance(data, list) and not all(isinstance(item, Mapping) for item in data):
            detail = ErrorDetail("Not a list of objects.", "invalid")
            raise ValidationError({api_settings.NON_FIELD_ERRORS_KEY: [detail]})
        values: list[Any] = super().to_internal_value(data)
        return values


class Parameters(ParameterField, serializers.Serializer[Any]):
    """An object with parameters of its own. ``keeps_all`` keeps the keys that it does not declare, too."""

    keeps_all: ClassVar[bool] = False

    class Meta:
        list_serializer_class = ParameterList

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return what is declared; of an object that is kept whole, the rest as well."""
        errors: dict[str, Any] = {}
        try:
            values: dict[str, Any] = super().to_internal_value(data)
        except ValidationError as error:
            errors, values = dict(error.detail), {}  # type: ignore[arg-type]  # of an object they are by name
        if not self.keeps_all or not isinstance(data, Mapping):
            kept: Mapping[str, Any] = {}
        elif storable(data):
            kept = data
        else:
            detail = ErrorDetail("Cannot be stored.", "unstorable")
            errors[api_settings.NON_FIELD_ERRORS_KEY] = [detail]
        if errors:
            raise ValidationError(errors)
        return {**kept, **values}


class BlankableParameters(Parameters):
    """An object for which a form may send a blank."""

    blank_is_null = True
