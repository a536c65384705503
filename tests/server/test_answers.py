"""What the application is given, and what goes back."""

import io
import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from apps.server.answers import Environ, answer, environ_of, environ_of_listener, refusal
from apps.server.listening import LISTENER
from apps.server.requests import Request, UnreadableRequest


def environ(target: bytes = b"/", *headers: tuple[bytes, bytes], **more: Any) -> Environ:
    request = Request(target=target, headers=list(headers), method="POST", version="1.1", **more)
    return environ_of(request, common=environ_of_listener("127.0.0.1:3001"), client="10.0.0.9")


def test_it_says_where_the_request_came_from_and_to() -> None:
    found = environ(b"/a%20%C3%A4?b=%20#c", size=2, body=io.BytesIO(b"{}"))

    assert found["PATH_INFO"] == "/a \xc3\xa4"
    assert (found["QUERY_STRING"], found["REQUEST_METHOD"]) == ("b=%20", "POST")
    assert (found["REMOTE_ADDR"], found[LISTENER]) == ("10.0.0.9", "127.0.0.1:3001")
    assert (found["SERVER_NAME"], found["SERVER_PORT"]) == ("127.0.0.1", "3001")
    assert (found["CONTENT_LENGTH"], found["wsgi.input"].read()) == ("2", b"{}")


def test_headers_are_named_as_wsgi_names_them() -> None:
    found = environ(
        b"/",
        (b"content-type", b"application/json"),
        (b"x-forwarded-for", b"1.1.1.1"),
        (b"x-forwarded-for", b"2.2.2.2"),
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
        (b"gitlab_shared_secret", b"not a hyphen"),
    )

    assert found["CONTENT_TYPE"] == "application/json"
    assert found["HTTP_X_FORWARDED_FOR"] == "1.1.1.1,2.2.2.2"
    assert found["HTTP_COOKIE"] == "a=1; b=2"
    assert "HTTP_GITLAB_SHARED_SECRET" not in found


def test_the_host_of_a_whole_url_counts() -> None:
    found = environ(b"http://other.example:81/a?b=c", (b"host", b"localhost"))

    assert (found["HTTP_HOST"], found["PATH_INFO"], found["QUERY_STRING"]) == (
        "other.example:81",
        "/a",
        "b=c",
    )


@pytest.mark.parametrize("target", [b"*", b"a:1", b"nothing"])
def test_a_target_that_is_no_path_is_refused(target: bytes) -> None:
    with pytest.raises(UnreadableRequest):
        environ(target)


def application(status: str, *headers: tuple[str, str], parts: Iterable[bytes]) -> Callable[..., Any]:
    def call(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response(status, list(headers))
        return parts

    return call


def test_an_answer_has_a_length_and_says_whether_the_connection_is_kept() -> None:
    app = application("200 OK", ("X-One", "1"), parts=[b"he", b"llo"])

    head, _, body = answer(app, environ(), keep_alive=True).partition(b"\r\n\r\n")

    assert body == b"hello"
    lines = head.split(b"\r\n")
    assert lines[0] == b"HTTP/1.1 200 OK"
    assert {b"Connection: keep-alive", b"X-One: 1", b"Content-Length: 5"} <= set(lines)
    assert any(line.startswith(b"Date: ") and line.endswith(b" GMT") for line in lines)


def test_head_is_answered_without_the_body_and_204_without_a_length() -> None:
    head = {**environ(), "REQUEST_METHOD": "HEAD"}

    assert answer(application("200 OK", parts=[b"hello"]), head, keep_alive=False).endswith(
        b"Content-Length: 5\r\n\r\n"
    )
    assert b"Content-Length" not in answer(
        application("204 No Content", parts=[]), environ(), keep_alive=False
    )


def test_an_answer_is_closed_even_if_it_breaks() -> None:
    class Broken:
        closed = False

        def __iter__(self) -> "Broken":
            raise RuntimeError

        def close(self) -> None:
            self.closed = True

    parts: Any = Broken()

    with pytest.raises(RuntimeError):
        answer(application("200 OK", parts=parts), environ(), keep_alive=True)

    assert parts.closed


def test_a_refusal_is_json_with_a_message() -> None:
    head, _, body = refusal(UnreadableRequest(414, "URI Too Long")).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 414 ")
    assert b"Connection: close" in head
    assert json.loads(body) == {"message": "414 URI Too Long"}
