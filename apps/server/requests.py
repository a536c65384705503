"""Reading requests: bytes go in as they come, whole requests come out."""

import tempfile
from collections import deque
from dataclasses import dataclass, field
from io import BytesIO
from typing import IO

import httptools

from apps.server.limits import MAX_HEAD, MAX_TARGET, SPOOL

Headers = list[tuple[bytes, bytes]]


class UnreadableRequest(Exception):
    """The bytes are no request that is answered; ``status`` and ``reason`` say so to the client."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(slots=True)
class Request:
    """One request as it came, its body decoded from chunks.

    ``size`` is the number of bytes of the body, or ``None`` where none was announced. Of a body that is
    longer than allowed nothing is kept: ``size`` says how long it at least is, and ``cut_off`` is set.
    """

    target: bytes = b""
    headers: Headers = field(default_factory=list)
    method: str = ""
    version: str = ""
    size: int | None = None
    body: IO[bytes] | None = None
    keep_alive: bool = False
    cut_off: bool = False


class RequestReader:
    """Holds the state of one connection's reading. ``httptools`` calls the ``on_`` methods."""

    def __init__(self, max_body: int) -> None:
        self._max_body = max_body
        self._parser = httptools.HttpRequestParser(self)
        self._request = Request()
        self._head = 0
        self._in_body = False
        self._body: IO[bytes] | None = None
        self.wants_continue = False
        self.requests: deque[Request] = deque()

    @property
    def is_idle(self) -> bool:
        """Whether nothing of a next request has come."""
        return not self._head

    @property
    def reads_body(self) -> bool:
        """Whether the headers of a request are complete, and its body is not."""
        return self._in_body

    def feed(self, data: bytes) -> None:
        """Take what has come; ``requests`` may have grown.

        Raises:
            UnreadableRequest: nothing that follows can be understood.
        """
        self._head += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # Asked for another protocol or a tunnel, it is answered in this one, as RFC 9110, 7.8, allows.
            self.requests[-1].keep_alive = False
        except httptools.HttpParserError as error:
            if not self.requests:
                raise _refusal_of(error) from None
            self.requests[-1].keep_alive = False  # it is answered; what follows it is not
        if not self._in_body and self._head > MAX_HEAD:
            raise UnreadableRequest(431, "Request Header Fields Too Large")

    def close(self) -> None:
        """Drop what has been read and will not be answered."""
        for request in (self._request, *self.requests):
            if request.body is not None:
                request.body.close()

    def on_url(self, url: bytes) -> None:
        """Add to the target."""
        self._request.target += url
        if len(self._request.target) > MAX_TARGET:
            raise UnreadableRequest(414, "URI Too Long")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a header; those that follow a body in chunks are left out."""
        if not self._in_body:
            self._request.headers.append((name.lower(), value.strip()))

    def on_headers_complete(self) -> None:
        """Decide about the body."""
        self._in_body = True
        request = self._request
        request.method = self._parser.get_method().decode("latin-1")
        request.version = self._parser.get_http_version()
        for name, value in request.headers:
            if name == b"content-length":
                request.size = int(value)
            elif name == b"transfer-encoding":
                if value.lower() != b"chunked":
                    raise UnreadableRequest(501, "Not Implemented")
                request.size = 0
            elif name == b"expect":
                self.wants_continue = value.lower() == b"100-continue"
        if self._parser.should_upgrade() and request.size is not None:
            # The parser takes what follows for the other protocol: a body would be lost.
            raise UnreadableRequest(
                400, "Bad request - A request with a body cannot ask for another protocol"
            )
        if request.size is not None and request.size > self._max_body:
            self._cut_off(request.size)

    def on_body(self, data: bytes) -> None:
        """Keep a part of the body."""
        self.wants_continue = False
        request = self._request
        if request.cut_off:
            return
        if request.body is None:
            request.body = BytesIO()
        request.body.write(data)
        length = request.body.tell()
        if length > self._max_body:
            self._cut_off(length)
        elif length > SPOOL and isinstance(request.body, BytesIO):
            file = tempfile.TemporaryFile()  # noqa: SIM115 -- whoever answers closes it
            file.write(request.body.getvalue())
            request.body = file

    def on_message_complete(self) -> None:
        """Hand the request over."""
        request, self._request = self._request, Request()
        self._in_body = self.wants_continue = False
        self._head = 0
        if request.cut_off:
            return  # it was handed over when that was known
        if request.body is not None:
            request.size = request.body.tell()
            request.body.seek(0)
        request.keep_alive = self._parser.should_keep_alive()
        self.requests.append(request)

    def _cut_off(self, size: int) -> None:
        request = self._request
        if request.body is not None:
            request.body.close()
            request.body = None
        request.size, request.cut_off = size, True
        self.requests.append(request)


def _refusal_of(error: httptools.HttpParserError) -> UnreadableRequest:
    """Return what the client is told; an error of a method below arrives wrapped."""
    match error.__context__:
        case UnreadableRequest() as refusal:
            return refusal
        case OSError():  # there is no room for a long body
            return UnreadableRequest(503, "Service Unavailable")
        case _:
            return UnreadableRequest(400, "Bad request - The request is not valid")
