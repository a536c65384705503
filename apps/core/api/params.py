"""The parameters of one request, from query string and body; the body wins.

``null`` equals absent, an empty string is present, unknown parameters are ignored.
"""

from collections.abc import Mapping
from copy import copy
from typing import Any

from rest_framework.request import Request
from rest_framework.serializers import Serializer

from apps.core.api import brackets
from apps.core.api.errors import BadRequest
from apps.core.api.parsers import pairs_of
from apps.core.api.serializer_errors import Refusal, first_alone, read
from apps.core.identifiers import identifier
from apps.core.json_values import storable_text


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


def object_of(request: Request) -> dict[str, Any]:
    """Return the parameters of a request whose body, if there is one, must be an object.

    Raises:
        BadRequest: it is none.
    """
    if not isinstance(request.data, Mapping):
        raise BadRequest("The request body must be a JSON object")
    return parameters(request)


def read_object(
    kind: type[Serializer[Any]], request: Request, *, refusal: Refusal = first_alone
) -> dict[str, Any]:
    """Read a request of GitLab Shell or Gitaly with a serializer.

    Raises:
        Failure: 400, with the first thing that is wrong unless ``refusal`` says it in another way.
    """
    return read(kind, object_of(request), refusal=refusal)


class RequestParameters:
    """The same parameters for the few endpoints that are read by hand, because they are asked most often."""

    def __init__(self, request: Request) -> None:
        self.values = object_of(request)

    def with_default(self, name: str, value: Any) -> "RequestParameters":
        """Return the same parameters, with this one where it is absent."""
        given = copy(self)
        given.values = {**self.values, name: value} if self.value(name) is None else self.values
        return given

    def value(self, name: str) -> Any:
        """Return the parameter as it came, or ``None``."""
        return self.values.get(name)

    def text(self, name: str) -> str | None:
        """Return a text parameter; ``None`` when absent."""
        value = self.values.get(name)
        return None if value is None else storable(name, value)

    def required_text(self, name: str) -> str:
        """Return a text parameter that must be there, possibly empty."""
        value = self.text(name)
        if value is None:
            raise BadRequest(f'"{name}" not given')
        return value

    def identifier(self, name: str) -> int | None:
        """Return a numeric id; ``None`` when absent, ``NO_ID`` for what resolves to nothing."""
        value = self.values.get(name)
        if value is None:
            return None
        found = identifier(value)
        if found is None:
            raise BadRequest(f'"{name}" is invalid')
        return found


def storable(name: str, value: Any) -> str:
    """Return ``value`` as text that a database takes.

    Raises:
        BadRequest: it is no text, or has a NUL character or a lone surrogate in it.
    """
    if not isinstance(value, str) or not storable_text(value):
        raise BadRequest(f'"{name}" is invalid')
    return value
