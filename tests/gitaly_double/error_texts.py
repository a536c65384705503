"""The text that both clients make of an answer outside of 200 to 399."""

import json
from typing import Any

from tests.gitaly_double.http_exchange import Answer

UNREACHABLE = "Internal API unreachable"


def error_text(answer: Answer) -> str:
    """Return the body's ``message``: empty if there is none, a bare status if it is no such JSON."""
    try:
        body = decode_object(answer.body)
    except ValueError:
        return f"Internal API error ({answer.status})"
    message = body.get("message")
    if not isinstance(message, str | None):
        return f"Internal API error ({answer.status})"
    return message or ""


def decode_object(raw: bytes) -> dict[str, Any]:
    """Decode a JSON object as Go does: key case does not matter, and ``null`` is an empty object."""
    value = json.loads(raw)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return {key.lower(): item for key, item in value.items()}
