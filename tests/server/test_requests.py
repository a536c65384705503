"""Reading requests from bytes as they come."""

import io

import pytest

from apps.server import requests
from apps.server.requests import Request, RequestReader, UnreadableRequest

POST = b"POST /a HTTP/1.1\r\nHost: x\r\n"


def read(data: bytes, *, step: int = 0, max_body: int = 100) -> list[Request]:
    """Feed ``data`` in steps of so many bytes, all at once by default."""
    reader = RequestReader(max_body)
    for start in range(0, len(data), step or len(data)):
        reader.feed(data[start : start + (step or len(data))])
    return list(reader.requests)


def body_of(request: Request) -> bytes:
    if request.body is None:
        return b""
    with request.body as body:
        return body.read()


@pytest.mark.parametrize("step", [0, 1, 7])
def test_a_request_is_whole_however_its_bytes_arrive(step: int) -> None:
    (request,) = read(POST + b"X-One:  1 \r\nContent-Length: 5\r\n\r\nhello", step=step)

    assert (request.method, request.target, request.version) == ("POST", b"/a", "1.1")
    assert request.headers == [(b"host", b"x"), (b"x-one", b"1"), (b"content-length", b"5")]
    assert (body_of(request), request.size, request.keep_alive) == (b"hello", 5, True)


@pytest.mark.parametrize("step", [0, 1])
def test_chunks_are_put_together_and_what_follows_them_is_no_header(step: int) -> None:
    chunks = b"3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nGitlab-Shared-Secret: mine\r\n\r\n"

    (request,) = read(POST + b"Transfer-Encoding: chunked\r\n\r\n" + chunks, step=step)

    assert [name for name, _ in request.headers] == [b"host", b"transfer-encoding"]
    assert (body_of(request), request.size) == (b"hello", 5)


def test_requests_that_come_at_once_are_taken_one_by_one() -> None:
    first, second = read(POST + b"Content-Length: 2\r\n\r\nhiGET /b HTTP/1.1\r\nHost: x\r\n\r\n")

    assert (first.target, body_of(first)) == (b"/a", b"hi")
    assert (second.target, second.size) == (b"/b", None)


def test_a_long_body_goes_to_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "SPOOL", 4)

    (request,) = read(POST + b"Content-Length: 5\r\n\r\nhello")

    assert not isinstance(request.body, io.BytesIO)
    assert body_of(request) == b"hello"


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Length: 101\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n40\r\n" + b"x" * 64 + b"\r\n40\r\n" + b"x" * 64,
    ],
)
def test_of_a_body_that_is_too_long_only_its_length_is_told(body: bytes) -> None:
    (request,) = read(POST + body)

    assert request.cut_off
    assert request.size is not None
    assert request.size > 100
    assert request.body is None
    assert not request.keep_alive


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GARBAGE\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nA : b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n", 400),
        (POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 501),
        # The parser would lose the body.
        (POST + b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 5\r\n\r\nhello", 400),
        (POST + b"Connection: Upgrade\r\nUpgrade: h2c\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00", 400),  # a client that speaks TLS
        (b"GET /" + b"a" * 70_000, 414),
        (b"GET / HTTP/1.1\r\nA: b\r\nB: " + b"b" * 70_000, 431),
    ],
)
def test_what_is_no_request_is_refused(data: bytes, status: int) -> None:
    with pytest.raises(UnreadableRequest) as refusal:
        read(data)

    assert refusal.value.status == status


def test_a_request_before_garbage_is_answered_and_is_the_last() -> None:
    (request,) = read(b"GET /a HTTP/1.1\r\nHost: x\r\n\r\nGARBAGE")

    assert (request.target, request.keep_alive) == (b"/a", False)


@pytest.mark.parametrize("step", [0, 1, 7])
@pytest.mark.parametrize(
    ("data", "target"),
    [
        (b"CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n", b"x:80"),
        # What `curl --http2` sends, and what a browser does that wants a WebSocket.
        (b"GET /a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n", b"/a"),
        (b"GET /a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", b"/a"),
    ],
)
def test_whoever_asks_for_another_protocol_is_answered_in_this_one(
    data: bytes, target: bytes, step: int
) -> None:
    (request,) = read(data, step=step)

    assert (request.target, request.keep_alive) == (target, False)


@pytest.mark.parametrize(
    ("head", "kept"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", True),
        (b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", False),
        (b"GET / HTTP/1.0\r\n\r\n", False),
        (b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", True),
    ],
)
def test_the_client_says_whether_it_keeps_the_connection(head: bytes, kept: bool) -> None:
    (request,) = read(head)

    assert request.keep_alive is kept


def test_no_room_for_a_body_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(requests, "SPOOL", 4)
    monkeypatch.setattr("tempfile.TemporaryFile", full)

    with pytest.raises(UnreadableRequest) as refusal:
        read(POST + b"Content-Length: 5\r\n\r\nhello")

    assert refusal.value.status == 503
