"""A tiny internal API that records what it is asked and answers what a test has prepared."""

import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One request as it came over the wire."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        """Return the header of exactly this spelling."""
        return dict(self.headers).get(name)


@dataclass(frozen=True, slots=True)
class Prepared:
    """An answer; a body that is not bytes is sent as JSON."""

    body: Any = b""
    status: int = 200
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def raw(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Reaction = Callable[[Recorded], Prepared]


@dataclass(slots=True)
class FakeApi:
    """The API of one test; by default it agrees to everything."""

    url: str = ""
    requests: list[Recorded] = field(default_factory=list)
    answers: dict[str, list[Prepared]] = field(default_factory=dict)
    reactions: dict[str, Reaction] = field(default_factory=dict)

    def answer(self, path: str, *answers: Prepared) -> None:
        """Prepare the answers of a path below the base path; the last one is repeated."""
        self.answers[path] = list(answers)

    def react(self, path: str, reaction: Reaction) -> None:
        """Let a function answer a path; it runs while the caller waits."""
        self.reactions[path] = reaction

    def next_answer(self, path: str, request: Recorded) -> Prepared:
        """Take the next answer of a path."""
        if path in self.reactions:
            return self.reactions[path](request)
        prepared = self.answers.get(path) or [AGREES.get(path, Prepared({}, 404))]
        return prepared.pop(0) if len(prepared) > 1 else prepared[0]

    def targets(self) -> list[str]:
        """Return what was asked, in order."""
        return [f"{request.method} {request.target}" for request in self.requests]


AGREES = {
    "/allowed": Prepared({"status": True}),
    "/pre_receive": Prepared({"reference_counter_increased": True}),
    "/post_receive": Prepared({"messages": [], "reference_counter_decreased": True}),
}


@contextmanager
def serving(socket: Path | None = None) -> Iterator[FakeApi]:
    """Serve on a free TCP port, or on a Unix socket, until the block ends."""
    api = FakeApi()
    server: socketserver.BaseServer
    if socket:
        server = _UnixServer(str(socket), _handler(api))
        api.url = f"http+unix://{quote(str(socket), safe='')}"
    else:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(api))
        api.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


def _handler(api: FakeApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_arguments: Any) -> None:
            """Keep quiet."""

        def address_string(self) -> str:
            return "unknown"  # a Unix socket's peer has no address

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = list(self.headers.items())
            target = self.requestline.split()[1]  # `path` has lost a doubled slash
            request = Recorded(self.command, target, headers, body)
            api.requests.append(request)
            path = self.path.partition("?")[0].rpartition("/api/v4/internal")[2]
            prepared = api.next_answer(path, request)
            self.send_response(prepared.status)
            for name, value in {"Content-Type": prepared.content_type, **prepared.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(prepared.raw)))
            self.end_headers()
            with suppress(ConnectionError):  # the caller may have lost its patience
                self.wfile.write(prepared.raw)

        do_GET = do_POST = _answer  # noqa: N815 -- the base class looks for these names

    return Handler
