"""The frame around every request: its correlation id, its log line, and the forgiving path."""

import re
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import get_script_prefix, set_script_prefix

GetResponse = Callable[[HttpRequest], HttpResponseBase]

_CORRELATION_ID = re.compile(r"[A-Za-z0-9_.-]{1,128}")
log = structlog.get_logger("gitlab_internal.request")


class CorrelationMiddleware:
    """Take the caller's ``X-Request-Id`` or make one, echo it, and log one line per request.

    The line has no query string and no body: both can carry secrets.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        correlation_id = _correlation_id(request)
        structlog.contextvars.bind_contextvars(correlation_id=correlation_id)
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            response["X-Request-Id"] = correlation_id
            _set_length(response)
            log.info(
                "request",
                method=request.method,
                path=request.path_info,
                status=response.status_code,
                duration_ms=round((time.perf_counter() - started) * 1000, 2),
            )
        finally:
            structlog.contextvars.clear_contextvars()
        return response


def _set_length(response: HttpResponseBase) -> None:
    """Say how long the body is: without it gunicorn would send it in chunks."""
    if isinstance(response, HttpResponse) and not response.has_header("Content-Length"):
        response["Content-Length"] = str(len(response.content))


def _correlation_id(request: HttpRequest) -> str:
    offered = request.META.get("HTTP_X_REQUEST_ID", "")
    return offered if _CORRELATION_ID.fullmatch(offered) else uuid.uuid4().hex


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
