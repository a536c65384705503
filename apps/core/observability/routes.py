"""The route of a request: the pattern of its URL, which has a bounded number of values, unlike its path."""

from functools import lru_cache
from typing import Any

UNKNOWN = "unknown"  # no route has this path, or a static file answered
ADMIN = "/admin/"
PROBES = frozenset({"/-/health", "/-/liveness", "/-/readiness", "/metrics"})


def route_of(request: Any) -> str:
    """Return such as ``/api/v4/internal/allowed``; a slash at the end makes no other route of it."""
    match = getattr(request, "resolver_match", None)
    return UNKNOWN if match is None else _written(match.route)


@lru_cache(maxsize=1024)
def _written(pattern: str) -> str:
    return f"/{pattern.rstrip('/')}"


def label_of(route: str) -> str:
    """Return the route as metrics name it: the pages of the admin site, some hundreds, are one."""
    return ADMIN if route.startswith(ADMIN) or route == "/admin" else route
