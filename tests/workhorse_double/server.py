"""The double itself: an HTTP server in front of the service."""

import gzip
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode

import grpc

from tests.workhorse_double import backend, decoding, git, sending, uploads
from tests.workhorse_double.backend import Answer, NotResponding
from tests.workhorse_double.bodies import read_body
from tests.workhorse_double.routes import Route, route
from tests.workhorse_double.settings import WorkhorseSettings

MAX_PASSED_ON = 32768  # bytes of a refusal
NO_CACHE = ("Cache-Control", "no-cache")
Headers = list[tuple[str, str]]


class Handler(BaseHTTPRequestHandler):
    """One client of Workhorse."""

    protocol_version = "HTTP/1.1"
    settings: WorkhorseSettings

    def handle_request(self) -> None:
        """Route, ask, and carry."""
        self.body = read_body(self.headers, self.rfile)
        self.begun = False
        found = route(self.command, self.path, self.headers, new=self.settings.new)  # type: ignore[arg-type]
        try:
            self._carry(found)
        except NotResponding:
            self._send(502, [("Content-Type", "text/plain")], b"GitLab is not responding")
        except (decoding.Undecodable, grpc.RpcError):
            if self.begun:
                self.close_connection = True
                return
            self._send_text(500, "Internal server error")
        except uploads.Refused as refused:
            self._send_text(refused.status, "Internal server error")
        finally:
            for _ in self.body:  # a connection that is kept must not hold the rest of a body
                pass

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = handle_request  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base's name
        """Say nothing."""

    def _carry(self, found: Route) -> None:
        if found is Route.PROXY:
            self._proxy()
            return
        path, question, query = self.path.partition("?")
        suffix = "/authorize" if found is Route.LFS_UPLOAD else ""
        asked = backend.question_headers(self.settings, self.headers)
        answer = backend.send(self.settings, self.command, f"{path}{suffix}{question}{query}", asked)
        if answer.status != 200 or answer.media_type != decoding.MEDIA_TYPE:
            self._pass_on(answer)
            return
        decoded = decoding.decode(answer.body)
        match found:
            case Route.INFO_REFS:
                self._info_refs(decoded, query)
            case Route.UPLOAD_PACK:
                self._pack(found, git.upload_pack(decoded, self._protocol(), self._unpacked()))
            case Route.RECEIVE_PACK:
                self._pack(found, git.receive_pack(decoded, self._protocol(), self._unpacked()))
            case Route.LFS_UPLOAD:
                self._upload(decoded)

    def _protocol(self) -> str:
        return self.headers.get("Git-Protocol", "")

    def _unpacked(self) -> Iterator[bytes]:
        if self.headers.get("Content-Encoding") == "gzip":
            return iter([gzip.decompress(b"".join(self.body))])
        return self.body

    def _info_refs(self, answer: dict[str, Any], query: str) -> None:
        service = parse_qs(query).get("service", [""])[0]
        if service not in {"git-upload-pack", "git-receive-pack"}:
            self._send_text(404, "Not Found")
            return
        data = b"".join(git.info_refs(service, answer, self._protocol()))
        headers = [("Content-Type", f"application/x-{service}-advertisement"), NO_CACHE]
        if "gzip" in self.headers.get("Accept-Encoding", ""):
            data, headers = gzip.compress(data), [*headers, ("Content-Encoding", "gzip")]
        self._send(200, headers, data)

    def _pack(self, service: str, pieces: Iterator[bytes]) -> None:
        first = next(pieces, b"")  # Gitaly's refusal comes before anything is said
        self._begin(200, [("Content-Type", f"application/x-{service}-result"), NO_CACHE])
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self._chunk(first)
        for piece in pieces:
            self._chunk(piece)
        self.wfile.write(b"0\r\n\r\n")

    def _chunk(self, data: bytes) -> None:
        if data:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def _upload(self, answer: dict[str, Any]) -> None:
        with uploads.kept(answer, self.body, new=self.settings.new) as upload:
            fields = upload.fields()
            form = {f"file.{name}": value for name, value in fields.items()}
            form["file.gitlab-workhorse-upload"] = backend.signature(self.settings, {"upload": fields})
            named = backend.signature(self.settings, {"rewritten_fields": {"file": upload.path}})
            dropped = {"content-type", "content-length", backend.API_REQUEST.lower()}
            headers = [
                *(
                    (name, value)
                    for name, value in backend.proxy_headers(self.settings, self.headers, self._peer())
                    if name.lower() not in dropped
                ),
                ("Content-Type", "application/x-www-form-urlencoded"),
                (backend.API_REQUEST, backend.signature(self.settings)),
                (backend.MULTIPART_FIELDS, named),
            ]
            body = urlencode(form).encode()
            chunked = "Content-Length" not in self.headers
            if not chunked:
                headers.append(("Content-Length", str(len(body))))
            sent = iter([body]) if chunked else body
            self._proxied(backend.send(self.settings, "PUT", self.path, headers, sent))

    def _proxy(self) -> None:
        headers = backend.proxy_headers(self.settings, self.headers, self._peer())
        chunked = self.headers.get("Transfer-Encoding", "").lower() == "chunked"
        has_body = chunked or "Content-Length" in self.headers
        body = (self.body if chunked else b"".join(self.body)) if has_body else None
        self._proxied(backend.send(self.settings, self.command, self.path, headers, body))

    def _proxied(self, answer: Answer) -> None:
        if answer.media_type == decoding.MEDIA_TYPE:  # not for a client's eyes
            self._send_text(500, "Internal server error")
            return
        if sent := sending.replaced(answer, self.headers):
            self._send(*sent)
            return
        page = self._error_page(answer)
        self._send(answer.status, _passed_on(answer), page or answer.body)

    def _error_page(self, answer: Answer) -> bytes | None:
        own = (
            answer.headers.get("X-GitLab-Custom-Error")
            or answer.headers["Content-Type"] == "application/json"
        )
        if answer.status < 400 or own or not self.settings.error_pages:
            return None
        page = self.settings.error_pages / f"{answer.status}.html"
        return page.read_bytes() if page.is_file() else None

    def _pass_on(self, answer: Answer) -> None:
        if len(answer.body) >= MAX_PASSED_ON:
            self._send_text(
                404 if self.settings.new and answer.status == 404 else 500, "Internal server error"
            )
            return
        self._send(answer.status, _passed_on(answer), answer.body)

    def _send_text(self, status: int, text: str) -> None:
        self._send(status, [("Content-Type", "text/plain; charset=utf-8")], f"{text}\n".encode())

    def _send(self, status: int, headers: Headers, body: bytes) -> None:
        self._begin(status, headers)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _begin(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        self.begun = True
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)

    def _peer(self) -> str:
        return str(self.client_address[0])


def _passed_on(answer: Answer) -> Headers:
    dropped = backend.HOP_BY_HOP | {"content-length", "date", "server"}
    spelled = {"www-authenticate": "WWW-Authenticate"}
    return [
        (spelled.get(name.lower(), name), value)
        for name, value in answer.headers.items()
        if name.lower() not in dropped
    ]


@contextmanager
def running(settings: WorkhorseSettings, *, port: int = 0) -> Iterator[str]:
    """Serve until the block ends, by default on a free port; the value is the URL."""
    handler = type("Of", (Handler,), {"settings": settings})
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
