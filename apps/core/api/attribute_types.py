"""The types that an attribute of a parameter table can have, apart from objects."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from apps.core.api.attributes import Attribute, Wrong
from apps.core.api.coercion import to_integer
from apps.core.json_values import as_text, storable, storable_text


@dataclass(frozen=True, kw_only=True)
class Integer(Attribute):
    """A whole number of 32 bits: a float is cut, a text is read in base 10; blank counts as ``null``."""

    blank_is_null: bool = True

    def read(self, value: Any) -> int:
        """Return the number."""
        return _integer(value)


@dataclass(frozen=True, kw_only=True)
class Integers(Attribute):
    """A list of whole numbers; blank elements do not count."""

    def read(self, value: Any) -> list[int]:
        """Return the list."""
        if not isinstance(value, list):
            raise Wrong
        return [_integer(item) for item in value if item not in (None, "")]


@dataclass(frozen=True, kw_only=True)
class Text(Attribute):
    """A text; numbers and booleans become one."""

    blank: bool = True
    max_length: int | None = None
    null: ClassVar[bool] = True

    def read(self, value: Any) -> str:
        """Return the text."""
        text = as_text(value)
        if text is None or not storable_text(text):
            raise Wrong
        return text

    def objections(self, value: str | None) -> Iterator[str]:
        """A text must not be longer than it may be, and some must not be blank."""
        if not self.blank and not (value or "").strip():
            yield "is empty"
        if self.max_length is not None and len(value or "") > self.max_length:
            yield "is too long"


@dataclass(frozen=True, kw_only=True)
class Choice(Text):
    """One of some words, in any letter case."""

    words: tuple[str, ...]
    null: ClassVar[bool] = False

    def read(self, value: Any) -> str:
        """Return the word in lower case."""
        return super().read(value).lower()

    def objections(self, value: str | None) -> Iterator[str]:
        """Any other word is no value."""
        if value not in self.words:
            yield "does not have a valid value"


@dataclass(frozen=True, kw_only=True)
class Array(Attribute):
    """A list of anything that can be kept."""

    def read(self, value: Any) -> list[Any]:
        """Return the list."""
        if not isinstance(value, list) or not storable(value):
            raise Wrong
        return value


@dataclass(frozen=True, kw_only=True)
class Texts(Attribute):
    """A list of texts."""

    def read(self, value: Any) -> list[str]:
        """Return the list."""
        if not isinstance(value, list):
            raise Wrong
        element = Text(name="")
        return [element.read(item) for item in value]


@dataclass(frozen=True, kw_only=True)
class Content(Attribute):
    """An object as it came, whatever is in it."""

    def read(self, value: Any) -> dict[str, Any]:
        """Return the object."""
        if not isinstance(value, Mapping):
            raise Wrong
        return dict(value)


def _integer(value: Any) -> int:
    number = to_integer(value)
    if number is None:
        raise Wrong
    return number
