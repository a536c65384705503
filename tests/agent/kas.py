"""kas as a client: its tokens, and its requests byte for byte, over a socket of their own.

Written from the observed wire format of kas 14.1: float times and an array for the audience, module bodies
in chunks without a length, no agent token on usage reports.
"""

import base64
import hashlib
import hmac
import json
import socket
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any
from urllib.parse import quote

KUBERNETES = "/api/v4/internal/kubernetes"
USER_AGENT = "gitlab-kas/v14.1.1/7a36596"
TIMEOUT = 30  # seconds


def _segment(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def signed(claims: Any, key: bytes, header: Mapping[str, Any] | None = None) -> str:
    """Sign any claims with any header, as long as it is HMAC-SHA256."""
    parts = [header or {"alg": "HS256", "typ": "JWT"}, claims]
    text = ".".join(_segment(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    return f"{text}.{_segment(hmac.new(key, text.encode(), hashlib.sha256).digest())}"


def claims(at: float) -> dict[str, Any]:
    """What kas claims at a moment, in its order."""
    return {"aud": ["gitlab"], "exp": at + 5, "iat": at, "iss": "gitlab-kas", "nbf": at - 5}


def token(key: bytes) -> str:
    """The header's value of one request."""
    return signed(claims(round(time.time(), 6)), key)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    content_type: str | None
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Kas:
    """kas, configured with our address and its secret."""

    host: str
    port: int
    secret_text: str

    @property
    def key(self) -> bytes:
        return base64.b64decode(self.secret_text)

    def agent_info(self, agent_token: str) -> Answer:
        return self._get(f"{KUBERNETES}/agent_info", agent_token)

    def project_info(self, agent_token: str, id_or_path: str) -> Answer:
        return self._get(f"{KUBERNETES}/project_info?id={quote(id_or_path, safe='')}", agent_token)

    def usage(self, **counters: int) -> Answer:
        body = json.dumps(counters, separators=(",", ":")).encode()
        return self._send(
            "POST",
            f"{KUBERNETES}/usage_metrics",
            [
                ("User-Agent", USER_AGENT),
                ("Content-Length", str(len(body))),
                ("Content-Type", "application/json"),
                ("Gitlab-Kas-Api-Request", token(self.key)),
                ("X-Gitlab-Client-Name", "gitlab-kas"),
                ("Accept-Encoding", "gzip"),
            ],
            [body],
        )

    def post(self, name: str, **parameters: Any) -> Answer:
        """What kas from 16 on posts for itself: times in whole seconds, 64-bit integers as text."""
        body = json.dumps(parameters, separators=(",", ":")).encode()
        now = int(time.time())
        newer = {"aud": ["gitlab"], "exp": now + 30, "iat": now, "iss": "gitlab-kas", "nbf": now - 5}
        return self._send(
            "POST",
            f"{KUBERNETES}/{name}",
            [
                ("User-Agent", "gitlab-kas/v16.5.0/8daa08cc"),
                ("Content-Length", str(len(body))),
                ("Content-Type", "application/json"),
                ("Gitlab-Kas-Api-Request", signed(newer, self.key)),
                ("X-Gitlab-Client-Name", "gitlab-kas"),
                ("Accept-Encoding", "gzip"),
            ],
            [body],
        )

    def module(
        self,
        agent_token: str,
        method: str,
        path: str,
        chunks: Iterable[bytes] = (),
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Pass on what an agent's module sent; ``path`` begins with the module's name."""
        framed = [b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks]
        lines = [
            ("User-Agent", USER_AGENT),
            *(headers or {}).items(),
            ("Authorization", f"Bearer {agent_token}"),
            ("Gitlab-Kas-Api-Request", token(self.key)),
            ("X-Gitlab-Client-Name", "gitlab-kas"),
            ("X-Request-Id", "01FAFYKJ0X3PBRQ9JRQ3ZDJ7KW"),
            ("Accept-Encoding", "gzip"),
        ]
        if framed:
            lines.insert(1, ("Transfer-Encoding", "chunked"))
            framed.append(b"0\r\n\r\n")
        return self._send(method, f"{KUBERNETES}/modules/{path}", lines, framed)

    def _get(self, path: str, agent_token: str) -> Answer:
        return self._send(
            "GET",
            path,
            [
                ("User-Agent", USER_AGENT),
                ("Accept", "application/json"),
                ("Authorization", f"Bearer {agent_token}"),
                ("Gitlab-Kas-Api-Request", token(self.key)),
                ("X-Gitlab-Client-Name", "gitlab-kas"),
                ("X-Request-Id", "01FAFYKJ0X3PBRQ9JRQ3ZDJ7KW"),
                ("Accept-Encoding", "gzip"),
            ],
            [],
        )

    def _send(self, method: str, path: str, headers: list[tuple[str, str]], body: Iterable[bytes]) -> Answer:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}"]
        lines += [f"{name}: {value}" for name, value in headers]
        with socket.create_connection((self.host, self.port), timeout=TIMEOUT) as connection:
            connection.sendall("\r\n".join([*lines, "", ""]).encode())
            for piece in body:
                connection.sendall(piece)
            response = HTTPResponse(connection, method=method)
            response.begin()
            return Answer(response.status, response.headers["Content-Type"], response.read())
