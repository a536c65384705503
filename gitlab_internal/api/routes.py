"""Routes that clients call in two forms."""

from collections.abc import Callable
from typing import Any

from django.urls import URLResolver, include, path


def with_or_without_slash(route: str, view: Callable[..., Any]) -> URLResolver:
    """Answer at the route and at the route with a slash after it; nothing is redirected."""
    return path(route, include([path("", view), path("/", view)]))
