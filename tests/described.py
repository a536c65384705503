"""Holds every answer that a test gets against the schema: a status or key that nobody described fails it."""

import functools
import re
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from apps.operations.openapi.document import document

if TYPE_CHECKING:  # the class exists only in the stubs: a response with ``json()``
    from rest_framework.response import _MonkeyPatchedResponse as Response

_OURS = re.compile(r"<(?:\w+:)?(\w+)>")
_NAMES = {"namespace": "id", "target": "target_id"}


def check(response: "Response") -> None:
    """Fail unless the schema has the answer. What is no endpoint, and 405, are outside of it."""
    match = response.wsgi_request.resolver_match  # of the path as the middleware has rewritten it
    if match is None or response.status_code == 405 or not str(match.route).startswith("api/v4/"):
        return
    method = {"HEAD": "GET"}.get(response.request["REQUEST_METHOD"], response.request["REQUEST_METHOD"])
    path = path_of(match.route)
    described = operation(method, path)["responses"]
    status = str(response.status_code)
    assert status in described, f"{method} {path} answers {status}, which the schema does not know"
    if response.request["REQUEST_METHOD"] != "HEAD":
        _check_body(response, method, path, status)


def path_of(route: str) -> str:
    """Write a route as the schema does."""
    named = _OURS.sub(lambda found: f"{{{_NAMES.get(found[1], found[1])}}}", route)
    return "/" + named.removesuffix("/")


def operation(method: str, path: str) -> dict[str, Any]:
    """Return one operation of the schema."""
    found: dict[str, Any] = document()["paths"][path][method.lower()]
    return found


def _check_body(response: "Response", method: str, path: str, status: str) -> None:
    content = operation(method, path)["responses"][status].get("content")
    if content is None:
        assert response.content == b""
        return
    (media_type,) = content
    assert response.headers["Content-Type"].partition(";")[0] == media_type
    if media_type == "application/json":
        error = _first_error(answer_validator(method, path, status), response.json())
        assert error is None, f"{method} {path} {status}: {error}\n{response.json()}"


def _first_error(validator: jsonschema_rs.Draft202012Validator, body: Any) -> str | None:
    if validator.is_valid(body):
        return None
    return "; ".join(str(error) for error in validator.iter_errors(body))


@functools.cache
def answer_validator(method: str, path: str, status: str) -> jsonschema_rs.Draft202012Validator:
    """Return what judges the bodies of one status of one operation."""
    return _validator(operation(method, path)["responses"][status]["content"]["application/json"]["schema"])


def request_validator(method: str, path: str) -> jsonschema_rs.Draft202012Validator:
    """Return what judges the parameters of one operation, wherever they come from."""
    described = operation(method, path)
    if "requestBody" in described:
        return _validator(described["requestBody"]["content"]["application/json"]["schema"])
    rows = [row for row in described["parameters"] if row["in"] == "query"]
    required = [row["name"] for row in rows if row["required"]]
    properties = {row["name"]: row["schema"] for row in rows}
    return _validator({"type": "object", "properties": properties, "required": required})


def _validator(schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    # References lead to the components of the document.
    whole = {**schema, "components": document()["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
