"""gunicorn's entry point."""

import io
import json
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import structlog
from django.core.wsgi import get_wsgi_application

from apps.core.api.errors import SERVER_ERROR, TOO_LARGE

MAX_CHUNKED_BODY = 10 * 1024 * 1024  # bytes

log = structlog.get_logger(__name__)

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class ChunkedBodies:
    """Give Django the bodies that arrive in chunks.

    Django looks for a body only where there is a Content-Length. kas streams its bodies without one: here
    they are read to their end, and the length is set.
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH") or not environ.get("wsgi.input_terminated"):
            return self.application(environ, start_response)
        body = environ["wsgi.input"].read(MAX_CHUNKED_BODY + 1)
        if len(body) > MAX_CHUNKED_BODY:
            return _answer(start_response, "413 Request Entity Too Large", TOO_LARGE)
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        return self.application(environ, start_response)


class JSONFailures:
    """Answer in JSON where Django cannot: it stumbles over some Content-Types before it has a request."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        try:
            return self.application(environ, start_response)
        except Exception:
            log.exception("unforeseen failure outside of a request")
            return _answer(start_response, "500 Internal Server Error", SERVER_ERROR)


def _answer(start_response: Callable[..., Any], status: str, content: Mapping[str, str]) -> Iterable[bytes]:
    body = json.dumps(content).encode()
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("Connection", "close"),
    ]
    start_response(status, headers)
    return [body]


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gitlab_internal.settings")
application = ChunkedBodies(JSONFailures(get_wsgi_application()))
