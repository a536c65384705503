"""Requests byte for byte as they are wanted: no redirect is followed, no header added; sockets are files."""

import http.client
import json
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

UNIX = "http+unix"
CHUNK = 16  # bytes: small enough for every body to come in several pieces


class NotAServerURL(ValueError):
    """The URL is none that a server of this API has."""


class NoAnswer(Exception):
    """Nothing came back, and why."""


@dataclass(frozen=True, slots=True)
class ReceivedAnswer:
    """What came back over the wire; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Parse the body.

        Raises:
            ValueError: it is not JSON.
        """
        return json.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class TestedServer:
    """Where the tested server is and how to speak to it. ``root`` stands before every path."""

    host: str
    port: int | None
    socket: Path | None
    tls: ssl.SSLContext | None
    root: str
    timeout: float = field(default=10.0)

    def send(
        self, method: str, path: str, *, body: bytes | None, headers: Mapping[str, str], chunked: bool = False
    ) -> ReceivedAnswer:
        """Send one request over a connection of its own; ``chunked`` gives the body no length.

        Raises:
            NoAnswer: the server cannot be reached, is too slow, or does not speak HTTP.
        """
        connection = self._connection()
        content: bytes | Iterator[bytes] | None = body
        if chunked and body is not None:
            headers = {**headers, "Transfer-Encoding": "chunked"}
            content = (body[at : at + CHUNK] for at in range(0, len(body), CHUNK))
        try:
            connection.request(method, self.root + path, content, dict(headers), encode_chunked=chunked)
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return ReceivedAnswer(response.status, names, response.read())
        except TimeoutError:
            raise NoAnswer(f"no answer within {self.timeout:g} seconds") from None
        except ssl.SSLError as error:
            raise NoAnswer(f"TLS failed: {error.reason or error}") from error
        except OSError as error:
            raise NoAnswer(f"cannot connect: {error.strerror or error}") from error
        except http.client.HTTPException as error:
            raise NoAnswer(f"no HTTP answer: {error!r}") from error
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if self.socket is not None:
            return _SocketConnection(self.socket, timeout=self.timeout)
        if self.tls is not None:
            return http.client.HTTPSConnection(self.host, self.port, timeout=self.timeout, context=self.tls)
        return http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)


class _SocketConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket; the host is called ``unix``, as GitLab Shell calls it."""

    def __init__(self, path: Path, *, timeout: float) -> None:
        super().__init__("unix", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def server_at(
    url: str, *, timeout: float, ca_file: Path | None = None, insecure: bool = False
) -> TestedServer:
    """Return the server at ``http://``, ``https://`` or ``http+unix://%2Fpath%2Fto.sock``.

    Raises:
        NotAServerURL: the URL has another form, or the file of authorities cannot be read.
    """
    parts = urlsplit(url.rstrip("/"))
    try:
        port = parts.port
    except ValueError as error:
        raise NotAServerURL(f"{url}: {error}") from error
    if parts.scheme == UNIX and parts.netloc.lower().startswith("%2f"):
        path = Path(unquote(parts.netloc))
        return TestedServer(host="unix", port=None, socket=path, tls=None, root=parts.path, timeout=timeout)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise NotAServerURL(f"{url}: expected http://HOST, https://HOST or {UNIX}://%2Fpath%2Fto.sock.")
    tls = _tls(ca_file, insecure=insecure) if parts.scheme == "https" else None
    return TestedServer(
        host=parts.hostname, port=port, socket=None, tls=tls, root=parts.path, timeout=timeout
    )


def _tls(ca_file: Path | None, *, insecure: bool) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except OSError as error:
        raise NotAServerURL(
            f"{ca_file}: no certificates of authorities: {error.strerror or error}"
        ) from error
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
