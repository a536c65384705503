"""What a request becomes for the application, and what its answer becomes on the wire."""

import json
import sys
import time
from collections.abc import Callable, Iterable
from email.utils import formatdate
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

import httptools

from apps.server.listening import LISTENER
from apps.server.requests import Request, UnreadableRequest

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Write = Callable[[bytes], None]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

_NAMES: dict[bytes, str] = {b"content-type": "CONTENT_TYPE"}
_NO_BODY = frozenset({"204", "304"})


def environ_of_listener(address: str) -> Environ:
    """Return what all requests to ``HOST:PORT`` or ``unix:PATH`` have in common."""
    host, _, port = ("unix", "", "") if address.startswith("unix:") else address.rpartition(":")
    return {
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
        "SCRIPT_NAME": "",
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_SOFTWARE": "gunicorn",
        LISTENER: address,
    }


def environ_of(request: Request, *, common: Environ, client: str) -> Environ:
    """Return the environment of WSGI (PEP 3333) of one request.

    Raises:
        UnreadableRequest: the target names nothing on this server.
    """
    target, authority = _origin_form(request.target)
    path, _, query = target.partition("?")
    environ = common.copy()
    environ["REQUEST_METHOD"] = request.method
    environ["SERVER_PROTOCOL"] = f"HTTP/{request.version}"
    environ["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1") if "%" in path else path
    environ["QUERY_STRING"] = query
    environ["RAW_URI"] = target  # gunicorn's name for it
    environ["REMOTE_ADDR"] = client
    environ["wsgi.input"] = request.body or BytesIO()
    _add_headers(environ, request)
    if authority:
        environ["HTTP_HOST"] = authority  # RFC 9112, 3.2.2
    if request.size is not None:
        environ["CONTENT_LENGTH"] = str(request.size)
    return environ


def _add_headers(environ: Environ, request: Request) -> None:
    """Add what stands in the headers; a name with an underscore could pass for one with a hyphen."""
    for name, value in request.headers:
        key = _NAMES.get(name)
        if key is None:
            if b"_" in name or name in {b"content-length", b"transfer-encoding"}:
                continue
            key = "HTTP_" + name.decode("latin-1").upper().replace("-", "_")
            if len(_NAMES) < 200:  # clients send few; a stranger could send any number
                _NAMES[name] = key
        text = value.decode("latin-1")
        if key in environ:
            text = environ[key] + ("; " if key == "HTTP_COOKIE" else ",") + text
        environ[key] = text


def _origin_form(target: bytes) -> tuple[str, str]:
    """Return path and query, and the host of a target that is a whole URL."""
    text = target.decode("latin-1").partition("#")[0]
    if text.startswith("/"):
        return text, ""
    try:
        url = httptools.parse_url(target)
    except httptools.HttpParserInvalidURLError:
        url = None
    if url is None or not url.schema or not url.host:
        raise UnreadableRequest(400, "Bad request - The request is not valid")
    host = url.host.decode("latin-1") + (f":{url.port}" if url.port else "")
    return f"{(url.path or b'/').decode('latin-1')}?{(url.query or b'').decode('latin-1')}", host


def answer(application: Application, environ: Environ, *, keep_alive: bool) -> bytes:
    """Let the application answer, and return all that goes to the client."""
    started: list[Any] = []

    def start_response(status: str, headers: Headers, exc_info: Any = None) -> Write:
        started[:] = (status, headers)
        return written.append

    written: list[bytes] = []
    parts = application(environ, start_response)
    try:
        written.extend(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    status, headers = started
    return _message(status, headers, b"".join(written), environ["REQUEST_METHOD"] != "HEAD", keep_alive)


def refusal(unreadable: UnreadableRequest) -> bytes:
    """Return the answer to what no application is asked; it is the last on its connection."""
    status = unreadable.status
    body = json.dumps({"message": f"{status} {unreadable.reason}"}).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    return _message(f"{status} {HTTPStatus(status).phrase}", headers, body, True, False)


def _message(
    status: str, headers: list[tuple[str, str]], body: bytes, with_body: bool, keep_alive: bool
) -> bytes:
    lines = [
        f"HTTP/1.1 {status}",
        f"Date: {_date()}",
        f"Connection: {'keep-alive' if keep_alive else 'close'}",
    ]
    has_length = False
    for name, value in headers:
        has_length = has_length or name.lower() == "content-length"
        lines.append(f"{name}: {value}")
    if not has_length and status[:3] not in _NO_BODY:
        lines.append(f"Content-Length: {len(body)}")
    head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
    return head + body if with_body else head


_dates: dict[int, str] = {}


def _date() -> str:
    """Return the header of this second; it is made once."""
    second = int(time.time())
    try:
        return _dates[second]
    except KeyError:
        text = formatdate(second, usegmt=True)
        _dates.clear()
        _dates[second] = text
        return text
