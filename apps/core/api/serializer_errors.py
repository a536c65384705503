"""From a serializer's errors to the contract's wording and order.

kas and CustomersDot are told everything at once, ``name is missing, rows[0][id] is invalid``: by field in
declaration order; within one, what is missing, then what is invalid, then the rest; within these by the
element of a list. A missing object lacks everything that it requires, and what is no object is wrong in all
of it. GitLab Shell and Gitaly are told the first of these in words of their own.
"""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import Field
from rest_framework.serializers import ListSerializer, Serializer
from rest_framework.settings import api_settings

from apps.core.api.errors import BadRequest, Failure

MISSING, INVALID, EMPTY = "is missing", "is invalid", "is empty"
MALFORMED, NO_OBJECT = "is malformed", "is no object"
_KINDS = (MISSING, INVALID)
_WORDS = {
    "required": MISSING,
    "blank": EMPTY,
    "empty": EMPTY,
    "max_length": "is too long",
    "invalid_choice": "does not have a valid value",
    "malformed": MALFORMED,
    "no_object": NO_OBJECT,
}
_ALONE = {
    MISSING: '"{}" not given',
    MALFORMED: "malformed {}",
    NO_OBJECT: "Decoded {} is not a valid JSON object",
}
_OWN = api_settings.NON_FIELD_ERRORS_KEY


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one parameter; ``path`` is its name, ``kind`` what is wrong in words."""

    path: str
    kind: str

    def __str__(self) -> str:
        return f"{self.path} {self.kind}"


Refusal = Callable[[Sequence[Problem]], Failure]


def all_at_once(problems: Sequence[Problem]) -> Failure:
    """Refuse with everything that is wrong."""
    return Failure(400, {"error": ", ".join(dict.fromkeys(map(str, problems)))})


def first_alone(problems: Sequence[Problem]) -> Failure:
    """Refuse with the first thing that is wrong, as the endpoints of GitLab Shell and Gitaly do."""
    first = problems[0]
    return BadRequest(_ALONE.get(first.kind, '"{}" is invalid').format(first.path))


@dataclass(frozen=True, slots=True)
class _Scope:
    """One object: where it stood, and the errors of its fields; else what holds for all that it requires."""

    path: str
    errors: Mapping[str, Any]
    of_required: tuple[str, ...] = ()

    def inner(self, name: str) -> str:
        """The path of a field."""
        return f"{self.path}[{name}]" if self.path else name


def read(
    kind: type[Serializer[Any]], given: Mapping[str, Any], *, refusal: Refusal = all_at_once
) -> dict[str, Any]:
    """Return the parameters that a serializer declares, in their types; others are ignored.

    Raises:
        Failure: 400, what ``refusal`` makes of all that is wrong.
    """
    serializer = reader(kind)
    try:
        values: dict[str, Any] = serializer.run_validation(given)
    except ValidationError as error:
        found: Any = error.detail  # of an object: by field
        raise refusal(list(_problems(serializer, [_Scope("", found)]))) from None
    return values


@functools.cache
def reader(kind: type[Serializer[Any]]) -> Serializer[Any]:
    """Return the one serializer of a kind that reads: it keeps nothing of what it has read."""
    return kind()


def _problems(serializer: Serializer[Any], scopes: Sequence[_Scope]) -> Iterator[Problem]:
    """Yield everything that is wrong in some objects of one serializer, in order."""
    for name, field in serializer.fields.items():
        found = [(kind, scope.inner(name)) for scope in scopes for kind in _kinds(field, scope, name)]
        for kind, path in sorted(found, key=lambda item: _rank(item[0])):
            yield Problem(path, kind)
        inside = _object_in(field)
        if inside is not None:
            yield from _problems(inside, [each for scope in scopes for each in _inside(field, scope, name)])


def _rank(kind: str) -> int:
    return _KINDS.index(kind) if kind in _KINDS else len(_KINDS)


def _kinds(field: Field[Any, Any, Any, Any], scope: _Scope, name: str) -> tuple[str, ...]:
    """Return what is wrong with the field itself."""
    if scope.of_required:
        return scope.of_required if field.required else ()
    found = scope.errors.get(name, ())
    if isinstance(found, Mapping):
        found = found.get(_OWN, ())
    own: list[ErrorDetail] = [error for error in found if isinstance(error, ErrorDetail)]
    return tuple(_WORDS.get(error.code or "", INVALID) for error in own)


def _object_in(field: Field[Any, Any, Any, Any]) -> Serializer[Any] | None:
    """Return what declares the fields of an object, of those in a list, or of one that a field may hold."""
    declares: Any = field.child if isinstance(field, ListSerializer) else field
    return declares if isinstance(declares, Serializer) else getattr(declares, "inside", None)


def _inside(field: Field[Any, Any, Any, Any], scope: _Scope, name: str) -> Iterator[_Scope]:
    """Yield the objects in the field that have errors."""
    path, found = scope.inner(name), scope.errors.get(name)
    if isinstance(field, ListSerializer):
        for index, errors in found.items() if isinstance(found, Mapping) else ():
            if index != _OWN:
                yield _of_object(f"{path}[{index}]" if getattr(field, "numbered", True) else path, errors)
    elif isinstance(found, Mapping):
        yield _of_object(path, found)
    elif MISSING in _kinds(field, scope, name) and INVALID not in scope.of_required:
        yield _Scope(path, {}, (MISSING,))


def _of_object(path: str, errors: Any) -> _Scope:
    """Return the scope of an object, or of what should have been one."""
    own = errors.get(_OWN, ()) if isinstance(errors, Mapping) else errors
    if any(error.code in ("invalid", "null") for error in own):
        return _Scope(path, {}, _KINDS)
    return _Scope(path, errors)
