"""What a request costs before its view does anything: calls of Python functions, which no load changes."""

import io
import json
import sys
from types import FrameType
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings

from tests.callers import Caller

FLOOR = 480  # calls; each hundred are about 0.03 ms


def calls_of(handler: WSGIHandler, environ: dict[str, Any]) -> int:
    """Return how many Python functions one request calls."""
    count = 0

    def profile(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(profile)
    try:
        response = handler(environ, lambda status, headers, error=None: lambda data: None)
        body = b"".join(response)
    finally:
        sys.setprofile(None)
    assert json.loads(body)["status"] is True
    return count


@override_settings(ROOT_URLCONF="bench.urls")
@pytest.mark.django_db
def test_a_constant_view_with_authentication_stays_cheap(shell: Caller) -> None:
    handler = WSGIHandler()
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in shell.sign().items()}

    def ask() -> int:
        body = b'{"key_id": "11", "project": "gnuwget/wget2"}'
        return calls_of(
            handler,
            {
                "REQUEST_METHOD": "POST",
                "PATH_INFO": "/api/v4/internal/floor",
                "SERVER_NAME": "localhost",
                "SERVER_PORT": "80",
                "wsgi.input": io.BytesIO(body),
                "CONTENT_LENGTH": str(len(body)),
                "CONTENT_TYPE": "application/json",
                "HTTP_HOST": "localhost",
                **headers,
            },
        )

    first_requests_load_what_is_loaded_once = [ask() for _ in range(3)]

    assert ask() <= min(FLOOR, *first_requests_load_what_is_loaded_once)
