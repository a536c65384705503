"""Routes that clients call in two forms, and those that few ever call."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLResolver, include, path
from django.utils.module_loading import import_string


def with_or_without_slash(route: str, view: Callable[..., Any]) -> URLResolver:
    """Answer at the route and at the route with a slash after it; nothing is redirected."""
    return path(route, include([path("", view), path("/", view)]))


def loaded_when_asked(view: str) -> Callable[..., HttpResponseBase]:
    """Return a view that is imported at its first request: what it needs costs the others no time."""

    def call(request: HttpRequest, **named: Any) -> HttpResponseBase:
        answer: HttpResponseBase = import_string(view)(request, **named)
        return answer

    return call
