"""The WSGI entry point: bodies without Content-Length, and requests that Django cannot read.

kas and proxies send bodies in chunks; real ones are tested behind gunicorn.
"""

import io
import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.test import RequestFactory

from gitlab_internal import wsgi
from gitlab_internal.wsgi import ChunkedBodies
from tests.api.logs import LogLines


class Recorder:
    """A WSGI application that reads its body as Django does."""

    body: bytes | None = None
    environ: dict[str, Any]

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.environ = environ
        self.body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start_response("200 OK", [])
        return [b"read"]


def call(environ: dict[str, Any]) -> tuple[Recorder, str, dict[str, str], bytes]:
    recorder, started = Recorder(), []

    def start_response(status: str, headers: list[tuple[str, str]]) -> None:
        started.append((status, dict(headers)))

    body = b"".join(ChunkedBodies(recorder)(environ, start_response))
    ((status, headers),) = started
    return recorder, status, headers, body


@pytest.mark.parametrize("length", [{}, {"CONTENT_LENGTH": ""}])
@pytest.mark.parametrize("content", [b"", b'{"a": 1}', b"x" * 100_000])
def test_a_body_without_length_is_read_to_its_end(length: dict[str, str], content: bytes) -> None:
    environ = {"wsgi.input": io.BytesIO(content), "wsgi.input_terminated": True, **length}

    recorder, status, _, _ = call(environ)

    assert status == "200 OK"
    assert recorder.body == content
    assert recorder.environ["CONTENT_LENGTH"] == str(len(content))


def test_a_body_with_a_length_is_passed_untouched() -> None:
    stream = io.BytesIO(b"12345and what follows")
    environ = {"wsgi.input": stream, "wsgi.input_terminated": True, "CONTENT_LENGTH": "5"}

    recorder, _, _, _ = call(environ)

    assert recorder.body == b"12345"
    assert recorder.environ["wsgi.input"] is stream


def test_a_stream_that_does_not_end_is_not_read() -> None:
    stream = io.BytesIO(b"the next request")

    recorder, _, _, _ = call({"wsgi.input": stream})

    assert recorder.body == b""
    assert stream.tell() == 0


def test_a_body_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wsgi, "MAX_CHUNKED_BODY", 10)
    environ = {"wsgi.input": io.BytesIO(b"x" * 11), "wsgi.input_terminated": True}

    recorder, status, headers, body = call(environ)

    assert recorder.body is None
    assert status == "413 Request Entity Too Large"
    assert json.loads(body) == {"error": "413 Request Entity Too Large"}
    assert headers == {
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
    }


def test_a_body_of_exactly_the_largest_size_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wsgi, "MAX_CHUNKED_BODY", 10)

    recorder, _, _, _ = call({"wsgi.input": io.BytesIO(b"x" * 10), "wsgi.input_terminated": True})

    assert recorder.body == b"x" * 10


def test_the_service_itself_reads_such_bodies() -> None:
    assert isinstance(wsgi.application, ChunkedBodies)


def test_a_request_that_django_cannot_even_begin_is_answered_in_json(log_lines: LogLines) -> None:
    environ = {
        **RequestFactory().post("/").environ,
        "CONTENT_TYPE": "application/json; charset*=no-such-charset''%41",
        "CONTENT_LENGTH": "2",
        "wsgi.input": io.BytesIO(b"{}"),
    }
    started: list[str] = []

    body = b"".join(wsgi.application(environ, lambda status, headers: started.append(status)))

    assert started == ["500 Internal Server Error"]
    assert json.loads(body) == {"message": "500 Internal Server Error"}
    assert [line["event"] for line in log_lines()] == ["unforeseen failure outside of a request"]
