"""What is known about the request at work besides what HTTP says: who acts, and what was decided.

Whoever finds out notes it; the request's log line and its trace tell it. Outside of a request it is dropped.
"""

from contextvars import ContextVar
from typing import Any

_facts: ContextVar[dict[str, Any] | None] = ContextVar("request_facts", default=None)


def begin() -> dict[str, Any]:
    """Begin a request, and return what will be known of it."""
    facts: dict[str, Any] = {}
    _facts.set(facts)
    return facts


def end() -> None:
    """End the request."""
    _facts.set(None)


def note(**facts: str | int | None) -> None:
    """Add what is known now; ``None`` is not known. Ids, names, Gitaly's words; no text of a caller's."""
    known = _facts.get()
    if known is not None:
        known.update((name, value) for name, value in facts.items() if value is not None)


def noted() -> dict[str, Any]:
    """Return what is known so far; nothing outside of a request."""
    return dict(_facts.get() or {})
