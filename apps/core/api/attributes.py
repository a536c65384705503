"""An endpoint's parameters as a table of attributes, and every error of a request in one line.

The errors are ordered as the table is: by attribute; within one, what is missing, then what is invalid,
then the rest; within these by the element of the array.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from apps.core.api.errors import Failure
from apps.core.json_values import storable

MISSING, INVALID = "is missing", "is invalid"
_KINDS = (MISSING, INVALID)


class Wrong(ValueError):
    """The value is not of the attribute's type."""


@dataclass(slots=True)
class Scope:
    """One object whose attributes are read: what came, where it stood, and what was made of it."""

    given: Any
    path: str = ""
    values: dict[str, Any] = field(default_factory=dict)

    def inner(self, name: str | int) -> str:
        """The path of something inside."""
        return f"{self.path}[{name}]" if self.path else str(name)


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """One row of a table. Optional ones that are absent or ``null`` have no value."""

    name: str
    required: bool = False
    blank_is_null: bool = False
    null: ClassVar[bool] = False
    """Whether a required one may be ``null``."""

    def read(self, value: Any) -> Any:
        """Return the value in the attribute's type.

        Raises:
            ValueError: it is not of that type; :class:`Wrong` where nothing else says so.
        """
        raise NotImplementedError

    def objections(self, value: Any) -> Iterator[str]:
        """Say what else is wrong with a value of the right type."""
        yield from ()

    def check(self, scopes: Sequence[Scope]) -> Iterator[str]:
        """Put the values into their scopes, and yield the errors."""
        errors = [(error, scope.inner(self.name)) for scope in scopes for error in self._examine(scope)]
        for error, path in sorted(errors, key=lambda item: _rank(item[0])):
            yield f"{path} {error}"

    def _examine(self, scope: Scope) -> Iterator[str]:
        if not isinstance(scope.given, Mapping):
            yield from _KINDS if self.required else ()
            return
        given = self._given(scope)
        if self.name not in scope.given or given is None:
            yield from self._without(scope)
            return
        try:
            value = self.read(given)
        except ValueError:
            yield INVALID
            return
        scope.values[self.name] = value
        yield from self.objections(value)

    def _given(self, scope: Scope) -> Any:
        given = scope.given.get(self.name)
        return None if self.blank_is_null and given == "" else given

    def _without(self, scope: Scope) -> Iterator[str]:
        if not self.required:
            return
        if self.name not in scope.given:
            yield MISSING
        elif self.null:
            scope.values[self.name] = None
            yield from self.objections(None)
        else:
            yield INVALID


def _rank(error: str) -> int:
    return _KINDS.index(error) if error in _KINDS else len(_KINDS)


@dataclass(frozen=True, kw_only=True)
class Object(Attribute):
    """An object with a table of its own. ``keeps_all`` keeps the keys that the table lacks, too."""

    fields: tuple[Attribute, ...] = ()
    keeps_all: bool = False

    def read(self, value: Any) -> dict[str, Any]:
        """Return the object."""
        if not isinstance(value, Mapping) or (self.keeps_all and not storable(value)):
            raise Wrong
        return dict(value)

    def check(self, scopes: Sequence[Scope]) -> Iterator[str]:
        """Check the object itself, then what is in it; a missing one lacks everything."""
        yield from super().check(scopes)
        inner = [(scope, self._inside(scope)) for scope in scopes]
        yield from _errors(self.fields, [inside for _, inside in inner if inside])
        for scope, inside in inner:
            if inside and self.name in scope.values:
                kept = scope.values[self.name] if self.keeps_all else {}
                scope.values[self.name] = {**kept, **inside.values}

    def _inside(self, scope: Scope) -> Scope | None:
        if not isinstance(scope.given, Mapping):
            return None
        given = self._given(scope)
        if given is None and self.required and self.name not in scope.given:
            given = {}
        return None if given is None else Scope(given, scope.inner(self.name))


@dataclass(frozen=True, kw_only=True)
class Objects(Attribute):
    """A list of objects that share a table."""

    fields: tuple[Attribute, ...] = ()
    empty: bool = True

    def read(self, value: Any) -> list[Any]:
        """Return the list."""
        if not isinstance(value, list):
            raise Wrong
        return value

    def objections(self, value: list[Any]) -> Iterator[str]:
        """Some lists must have an element."""
        if not value and not self.empty:
            yield "is empty"

    def check(self, scopes: Sequence[Scope]) -> Iterator[str]:
        """Check the list itself, then each attribute in all elements."""
        yield from super().check(scopes)
        found = [(scope, self._elements(scope)) for scope in scopes]
        yield from _errors(self.fields, [element for _, elements in found for element in elements])
        for scope, elements in found:
            if self.name in scope.values:
                scope.values[self.name] = [element.values for element in elements]

    def _elements(self, scope: Scope) -> list[Scope]:
        path = scope.inner(self.name)
        given = scope.values.get(self.name, [])
        return [Scope(element, f"{path}[{index}]") for index, element in enumerate(given)]


def _errors(table: Sequence[Attribute], scopes: Sequence[Scope]) -> Iterator[str]:
    for attribute in table:
        yield from attribute.check(scopes)


def read(table: Sequence[Attribute], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that the table names, in their types; others are ignored.

    Raises:
        Failure: 400, with every error.
    """
    scope = Scope(given)
    errors = list(_errors(table, [scope]))
    if errors:
        raise Failure(400, {"error": ", ".join(errors)})
    return scope.values
