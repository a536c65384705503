"""The frame around every request: its correlation id, what is told of it, and the forgiving path."""

import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import get_script_prefix, set_script_prefix
from django.utils.functional import SimpleLazyObject

from apps.core.api.authentication import Component
from apps.core.observability import finished_requests, request_facts, request_lines, tracing
from apps.core.observability.finished_requests import FinishedRequest
from apps.core.observability.routes import route_of

GetResponse = Callable[[HttpRequest], HttpResponseBase]

_CORRELATION_ID = re.compile(r"[A-Za-z0-9_.-]{1,128}")


class CorrelationMiddleware:
    """Take the caller's ``X-Request-Id`` or make one, echo it, and tell of every request.

    Each request is one log line, is counted and timed, and is a span where traces are configured.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        correlation_id = _correlation_id(request)
        structlog.contextvars.bind_contextvars(correlation_id=correlation_id)
        facts = request_facts.begin()
        started = time.perf_counter()
        try:
            with tracing.request(request) as end_span:
                response = self.get_response(request)
                response["X-Request-Id"] = correlation_id
                finished = FinishedRequest(
                    request.method or "",
                    route_of(request),
                    request.path_info,
                    request.META.get("REMOTE_ADDR", ""),
                    response.status_code,
                    time.perf_counter() - started,
                    correlation_id,
                    {**_caller(request), **facts},
                )
                request_lines.write(finished)
                finished_requests.count(finished)
                end_span(finished)
        finally:
            request_facts.end()
            structlog.contextvars.clear_contextvars()
        return response


def _caller(request: HttpRequest) -> dict[str, Any]:
    """Return what authenticated itself, and the id of a user; nothing is read to find out."""
    user = request.__dict__.get("user")
    if type(user) is SimpleLazyObject:  # of a page of the admin site; a view that asked for it has it cached
        user = request.__dict__.get("_cached_user")
    if isinstance(user, Component):
        return {"caller": user.name}
    user_id = getattr(user, "pk", None)
    return {} if user_id is None else {"caller": "user", "user_id": user_id}


def _correlation_id(request: HttpRequest) -> str:
    offered = request.META.get("HTTP_X_REQUEST_ID", "")
    # Nobody gains by guessing one: it need not come from the kernel.
    return offered if _CORRELATION_ID.fullmatch(offered) else f"{random.getrandbits(128):032x}"


class PathMiddleware:
    """Accept ``//api/v4`` from clients whose base URL ends in a slash, and the relative URL root."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.path_info = path = _with_one_slash(request.path_info)
        root = settings.RELATIVE_URL_ROOT
        # WhiteNoise knows its files by their whole path.
        if not root or not path.startswith(f"{root}/") or path.startswith(settings.STATIC_URL):
            return self.get_response(request)
        request.path_info = _with_one_slash(path.removeprefix(root))
        with _links_below(f"{root}/"):
            return self.get_response(request)


@contextmanager
def _links_below(prefix: str) -> Iterator[None]:
    """Let the admin's links begin with ``prefix``."""
    before = get_script_prefix()
    set_script_prefix(prefix)
    try:
        yield
    finally:
        set_script_prefix(before)


def _with_one_slash(path: str) -> str:
    return "/" + path.lstrip("/") if path.startswith("//") else path
