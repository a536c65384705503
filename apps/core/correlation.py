"""The id that ties a request, its log lines, its jobs and its calls to Gitaly together."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from apps.core.observability import tracing


def current() -> str:
    """Return the correlation id of the request or job at work, or ``""``."""
    return str(structlog.contextvars.get_contextvars().get("correlation_id", ""))


@contextmanager
def bound(correlation_id: str) -> Iterator[None]:
    """Carry on under the id of the request that caused this work."""
    with structlog.contextvars.bound_contextvars(correlation_id=correlation_id):
        tracing.annotate(correlation_id=correlation_id)
        yield
