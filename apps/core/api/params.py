"""The parameters of one request, from query string and body; the body wins.

``null`` equals absent, an empty string is present, unknown parameters are ignored.
"""

from collections.abc import Mapping
from copy import copy
from typing import Any

from rest_framework.request import Request

from apps.core.api import brackets
from apps.core.api.errors import BadRequest
from apps.core.api.parsers import pairs_of
from apps.core.identifiers import MAX_ID, NO_ID, number


def query(request: Request) -> dict[str, Any]:
    """Return the parameters of the query string."""
    text = request.META.get("QUERY_STRING", "")
    return brackets.nested(pairs_of(text.encode("latin-1", "replace"))) if text else {}


def parameters(request: Request) -> dict[str, Any]:
    """Merge query string and body into one mapping; a body that is no object counts as none.

    Raises:
        ParseError: the body cannot be read.
    """
    body = request.data
    return {**query(request), **body} if isinstance(body, Mapping) else query(request)


class Parameters:
    """Typed access to the parameters of one request.

    A wrong JSON type, a NUL character or a lone surrogate is refused as ``"name" is invalid``.
    """

    def __init__(self, request: Request) -> None:
        if not isinstance(request.data, Mapping):
            raise BadRequest("The request body must be a JSON object")
        self._values = parameters(request)

    def with_default(self, name: str, value: Any) -> "Parameters":
        """Return the same parameters, with this one where it is absent."""
        given = copy(self)
        given._values = {**self._values, name: value} if self.value(name) is None else self._values
        return given

    def value(self, name: str) -> Any:
        """Return the parameter as it came, or ``None``."""
        return self._values.get(name)

    def text(self, name: str) -> str | None:
        """Return a text parameter; ``None`` when absent."""
        value = self._values.get(name)
        return None if value is None else storable(name, value)

    def required_text(self, name: str) -> str:
        """Return a text parameter that must be there, possibly empty."""
        value = self.text(name)
        if value is None:
            raise BadRequest(f'"{name}" not given')
        return value

    def identifier(self, name: str) -> int | None:
        """Return a numeric id; ``None`` when absent, ``NO_ID`` for what resolves to nothing."""
        value = self._values.get(name)
        if isinstance(value, float):
            return NO_ID
        if isinstance(value, int) and not isinstance(value, bool):
            return value if 0 < value <= MAX_ID else NO_ID
        text = self.text(name)
        return None if text is None else number(text)

    def texts(self, name: str) -> list[str]:
        """Return a list of texts; a bare text is a list of one, an absent or empty object none."""
        value = self._values.get(name)
        if value is None or value == {}:
            return []
        values = value if isinstance(value, list) else [value]
        return [storable(name, item) for item in values]


def storable(name: str, value: Any) -> str:
    """Return ``value`` as text that a database takes.

    Raises:
        BadRequest: it is no text, or has a NUL character or a lone surrogate in it.
    """
    if not isinstance(value, str) or "\0" in value or not (value.isascii() or _encodable(value)):
        raise BadRequest(f'"{name}" is invalid')
    return value


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
