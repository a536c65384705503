"""One HTTP exchange as Go's client does it: its header order, gzip, redirects, Unix sockets."""

import base64
import gzip
import http.client
import socket
import ssl
from dataclasses import dataclass, field, replace
from urllib.parse import unquote, urljoin, urlsplit

from tests.gitaly_double.api_settings import ApiSettings

UNIX = "http+unix://"
REDIRECTS = (301, 302, 303, 307, 308)
WITHOUT_BODY = (301, 302, 303)
MOST_REDIRECTS = 10


class Unreachable(Exception):
    """No answer: the connection failed or the time ran out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request, before the transport adds its own headers."""

    method: str
    target: str
    body: bytes = b""
    user_agent: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    content_type: str
    location: str
    body: bytes

    @property
    def media_type(self) -> str:
        return self.content_type.partition(";")[0].strip().lower()


class _UnixConnection(http.client.HTTPConnection):
    """A connection to the server behind a socket file."""

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("unix", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def send(settings: ApiSettings, exchange: Exchange, *, follow_redirects: bool) -> Answer:
    """Send a request and return the answer, after redirects if the client follows them."""
    answer = _send_once(settings, exchange)
    for _ in range(MOST_REDIRECTS):
        if not follow_redirects or answer.status not in REDIRECTS or not answer.location:
            break
        exchange = _redirected(exchange, answer)
        answer = _send_once(settings, exchange)
    return answer


def target_of(settings: ApiSettings, path: str) -> str:
    """Join the base and a path as the clients do: by writing one behind the other."""
    if settings.url.startswith(UNIX):
        root = settings.relative_url_root.strip("/")
        return f"/{root}{path}" if root else path
    return f"{urlsplit(settings.url).path}{path}"


def _redirected(exchange: Exchange, answer: Answer) -> Exchange:
    parts = urlsplit(urljoin(exchange.target, answer.location))
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    if answer.status in WITHOUT_BODY:
        return replace(exchange, method="GET", target=target, body=b"")
    return replace(exchange, target=target)


def _send_once(settings: ApiSettings, exchange: Exchange) -> Answer:
    connection, host = _connection(settings)
    try:
        _write(connection, host, exchange, settings)
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(str(error)) from error
    finally:
        connection.close()
    if response.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    content_type = response.headers.get("Content-Type", "")
    return Answer(response.status, content_type, response.headers.get("Location", ""), body)


def _connection(settings: ApiSettings) -> tuple[http.client.HTTPConnection, str]:
    if settings.url.startswith(UNIX):
        return _UnixConnection(unquote(settings.url.removeprefix(UNIX)), settings.timeout), "unix"
    parts = urlsplit(settings.url)
    if parts.scheme == "https":
        context = ssl.create_default_context()
        if settings.ca_file:
            context.load_verify_locations(settings.ca_file)
        tls = http.client.HTTPSConnection(parts.netloc, timeout=settings.timeout, context=context)
        return tls, parts.netloc
    return http.client.HTTPConnection(parts.netloc, timeout=settings.timeout), parts.netloc


def _write(
    connection: http.client.HTTPConnection, host: str, exchange: Exchange, settings: ApiSettings
) -> None:
    headers = dict(exchange.headers)
    if settings.basic:
        headers["Authorization"] = f"Basic {base64.b64encode(settings.basic.encode()).decode()}"
    connection.putrequest(exchange.method, exchange.target, skip_host=True, skip_accept_encoding=True)
    connection.putheader("Host", host)
    connection.putheader("User-Agent", exchange.user_agent)
    connection.putheader("Connection", "close")
    if exchange.method != "GET":
        connection.putheader("Content-Length", str(len(exchange.body)))
    for name in sorted(headers):
        connection.putheader(name, headers[name])
    connection.putheader("Accept-Encoding", "gzip")
    connection.endheaders(exchange.body or None)
