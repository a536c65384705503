"""A request that has been answered, as its log line, the metrics and its trace need it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from prometheus_client import Counter, Histogram

from apps.core.observability.instruments import REQUEST_SECONDS, REQUESTS
from apps.core.observability.routes import label_of

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(slots=True)
class FinishedRequest:
    """``facts`` are ids and names of ours; ``seconds`` is how long the answer took."""

    method: str
    route: str
    path: str
    remote_ip: str
    status: int
    seconds: float
    correlation_id: str
    facts: dict[str, Any]


def count(request: FinishedRequest) -> None:
    """Count and time the request."""
    method = request.method if request.method in METHODS else "other"  # a caller may invent one
    route = label_of(request.route)
    answered, took = _series(method, route, request.status // 100)
    answered.inc()
    took.observe(request.seconds)


@lru_cache(maxsize=1024)
def _series(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    """Return what is counted; to find it by its labels takes longer than to count."""
    return REQUESTS.labels(method, route, f"{status}xx"), REQUEST_SECONDS.labels(method, route)
