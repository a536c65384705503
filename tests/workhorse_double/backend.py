"""What the double sends to the service: signed questions, and the requests that it passes on."""

import http.client
import uuid
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from typing import Any

import jwt

from tests.workhorse_double.settings import WorkhorseSettings

VERSION = {False: "v8.53.0", True: "v16.5.0"}
API_REQUEST = "Gitlab-Workhorse-Api-Request"
MULTIPART_FIELDS = "Gitlab-Workhorse-Multipart-Fields"
HOP_BY_HOP = frozenset(
    {
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer",
        "transfer-encoding", "upgrade",
    }
)  # fmt: skip
OF_THE_BODY = frozenset(
    {"content-type", "content-encoding", "content-length", "content-disposition", "accept-encoding"}
)


class NotResponding(Exception):
    """The service cannot be reached."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer of the service."""

    status: int
    headers: Message
    body: bytes

    @property
    def media_type(self) -> str:
        """Its type without parameters, in lower case."""
        return (self.headers.get("Content-Type") or "").partition(";")[0].strip().lower()


def signature(settings: WorkhorseSettings, claims: Mapping[str, Any] | None = None) -> str:
    """Return what Workhorse signs; the same text as long as the secret is the same."""
    return jwt.encode({"iss": "gitlab-workhorse", **(claims or {})}, settings.key or b"", algorithm="HS256")


def question_headers(settings: WorkhorseSettings, headers: Message) -> list[tuple[str, str]]:
    """Return the headers of a question: the client's, without its body's and with a proof."""
    dropped = HOP_BY_HOP | OF_THE_BODY | {API_REQUEST.lower(), MULTIPART_FIELDS.lower(), "x-request-id"}
    kept = [(name, value) for name, value in headers.items() if name.lower() not in dropped]
    kept += [
        ("Gitlab-Workhorse", VERSION[settings.new]),
        ("Accept-Encoding", "gzip"),
        ("X-Request-Id", uuid.uuid4().hex),
    ]
    return kept + ([(API_REQUEST, signature(settings))] if settings.key else [])


def proxy_headers(settings: WorkhorseSettings, headers: Message, peer: str) -> list[tuple[str, str]]:
    """Return the headers of a request that is passed on; a client's own signature is left in it."""
    dropped = HOP_BY_HOP | {MULTIPART_FIELDS.lower(), "x-forwarded-for"}
    kept = [(name, value) for name, value in headers.items() if name.lower() not in dropped]
    forwarded = ", ".join([*headers.get_all("X-Forwarded-For", []), peer])
    return [
        *kept,
        ("Gitlab-Workhorse", VERSION[settings.new]),
        ("Gitlab-Workhorse-Proxy-Start", "0"),
        ("X-Sendfile-Type", "X-Sendfile"),
        ("X-Forwarded-For", forwarded),
    ]


def send(
    settings: WorkhorseSettings,
    method: str,
    target: str,
    headers: Iterable[tuple[str, str]],
    body: bytes | Iterable[bytes] | None = None,
) -> Answer:
    """Send one request, as it is, and read the whole answer; no redirect is followed.

    Raises:
        NotResponding: nobody answers.
    """
    with closing(http.client.HTTPConnection(*settings.backend, timeout=60)) as connection:
        try:
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in headers:
                connection.putheader(name, value)
            chunked = body is not None and not isinstance(body, bytes)
            if chunked:
                connection.putheader("Transfer-Encoding", "chunked")
            elif body is None and method in {"POST", "PUT"}:
                connection.putheader("Content-Length", "0")
            connection.endheaders(body, encode_chunked=chunked)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        except (OSError, http.client.HTTPException) as error:
            raise NotResponding(str(error)) from error
