"""Tables of declared parameters, and the one wording of what is wrong with them.

Present but empty is not missing: only keys that are present are read, and an empty one is read as ``None``.
Whatever is wrong is told at once, by field in declaration order, then by kind, then by element.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.core.api.errors import Failure

MISSING, INVALID, EMPTY = "is missing", "is invalid", "is empty"


@dataclass(frozen=True, slots=True)
class Field:
    """One row of an endpoint's attribute table."""

    name: str
    read: Callable[[Any], Any]
    required: bool = False
    may_be_empty: bool = True

    def problems(self, holder: Any) -> set[str]:
        """Return what is wrong with this field of ``holder``, which should be an object."""
        if not isinstance(holder, Mapping):
            return {MISSING, INVALID}
        if self.name not in holder:
            return ({MISSING} if self.required else set()) | (set() if self.may_be_empty else {EMPTY})
        try:
            value = self.read(holder[self.name])
        except ValueError:
            return {INVALID}
        return set() if self.may_be_empty or value is not None else {EMPTY}


class InvalidParameters(Failure):
    """400 with every problem in one text: ``start_date is invalid, seats is invalid``."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(400, {"error": ", ".join(problems)})


def problems(
    fields: Sequence[Field], holders: Sequence[Any], *, name: Callable[[int, str], str]
) -> Iterator[str]:
    """Yield what is wrong with the elements of a list; ``name`` writes an element's index and field."""
    for field in fields:
        found = [field.problems(holder) for holder in holders]
        for kind in (MISSING, INVALID, EMPTY):
            for index, kinds in enumerate(found):
                if kind in kinds:
                    yield f"{name(index, field.name)} {kind}"


def values(fields: Sequence[Field], holder: Mapping[str, Any]) -> dict[str, Any]:
    """Return the declared fields that are present; they have no problems."""
    return {field.name: field.read(holder[field.name]) for field in fields if field.name in holder}


def read(fields: Sequence[Field], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the declared parameters that are present.

    Raises:
        InvalidParameters: one is missing, invalid, or empty where it may not be.
    """
    found = list(problems(fields, [parameters], name=lambda _, field: field))
    if found:
        raise InvalidParameters(found)
    return values(fields, parameters)
