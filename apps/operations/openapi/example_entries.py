"""GitLab's own examples, where the schema shows examples."""

import json
import re
from collections.abc import Iterator
from typing import Any

from apps.core.api import brackets
from apps.core.api.parsers import pairs_of
from apps.core.examples import Example, ExampleRequest, examples

API = "/api/v4"


def request_examples(method: str, path: str) -> dict[str, Any]:
    """Return the parameters of the examples of one operation, by heading."""
    return {example.heading: {"value": parameters_of(example.request)} for example in of(method, path)}


def response_examples(method: str, path: str, status: int) -> dict[str, Any]:
    """Return the answers of the examples of one operation, by heading."""
    return {
        example.heading: {"value": example.answer()}
        for example in of(method, path)
        if example.status == status and example.response is not None
    }


def parameters_of(request: ExampleRequest) -> Any:
    """Return what the request says, wherever it says it, as JSON would have it."""
    if isinstance(request.json, str):
        return json.loads(request.json)
    pairs = [pair for text in (request.query, request.form) for pair in pairs_of(text.encode())]
    return {**brackets.nested(pairs), **(request.json or {})}


def of(method: str, path: str) -> Iterator[Example]:
    """Yield the examples of the operation at a path of the schema."""
    pattern = re.compile(re.sub(r"{\w+}", "[^/]+", path))
    for example in examples():
        if example.request.method == method and pattern.fullmatch(API + example.request.path):
            yield example
