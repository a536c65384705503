"""A server that is nearly right: it passes requests on to a real one, and spoils some of the answers."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.instances import Instance


@dataclass(frozen=True)
class Exchange:
    """A request, and what the real server answers to it."""

    method: str
    path: str
    status: int
    headers: dict[str, str]
    body: bytes
    sent: dict[str, str] = field(default_factory=dict)

    def but(self, **changes: object) -> "Exchange":
        return replace(self, **changes)  # type: ignore[arg-type]  # a test names fields of this class


KEPT = ("Content-Type", "Allow")  # of the headers of an answer
Distortion = Callable[[Exchange], Exchange]


@contextmanager
def server_with(distortion: Distortion, real: Instance, **sent: str) -> Iterator[str]:
    """Run the server and yield its URL; ``sent`` headers are added to every request."""

    class Handler(BaseHTTPRequestHandler):
        def do_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            address = urlsplit(real.url)
            connection = HTTPConnection(address.hostname or "", address.port)
            headers = {**dict(self.headers), **{name.replace("_", "-"): text for name, text in sent.items()}}
            connection.request(self.command, self.path, body or None, headers)
            answer = connection.getresponse()
            kept = {
                name: answer.headers[name] for name in ("Content-Type", "Allow") if name in answer.headers
            }
            found = Exchange(self.command, self.path, answer.status, kept, answer.read())
            connection.close()
            self._answer(distortion(found))

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_any  # noqa: N815 -- its base looks for these

        def _answer(self, answer: Exchange) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
