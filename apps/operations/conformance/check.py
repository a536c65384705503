"""One check: what is sent, how often and by whom, and what every answer must be."""

import json as json_text
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from apps.operations.conformance.credentials import Credentials, Headers, basic
from apps.operations.conformance.world import World

INTERNAL = "/api/v4/internal"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
BOUNDARY = "conformance-5d1f0e"
Signer = Callable[[Credentials], Headers]


def nobody(credentials: Credentials) -> Headers:
    """No credential."""
    return {}


def shell(credentials: Credentials) -> Headers:
    """GitLab Shell and Gitaly of today."""
    return credentials.shell_token()


def shell_header(credentials: Credentials) -> Headers:
    """GitLab Shell and Gitaly of 2021."""
    return credentials.shell_header()


def kas(credentials: Credentials) -> Headers:
    """Kas on its own behalf."""
    return credentials.kas_token()


def agent(credentials: Credentials) -> Headers:
    """Kas for an agent."""
    return credentials.for_agent()


def admin(credentials: Credentials) -> Headers:
    """CustomersDot with an administrator's token."""
    return {"PRIVATE-TOKEN": credentials.admin or ""}


def workhorse(credentials: Credentials) -> Headers:
    """Workhorse for nobody in particular."""
    return credentials.workhorse_token()


def person(credentials: Credentials) -> Headers:
    """Workhorse for the administrator whose token is given."""
    return {**credentials.workhorse_token(), **basic("conformance", credentials.admin or "")}


@dataclass(frozen=True, slots=True)
class Body:
    """The bytes of a body and their media type."""

    content: bytes
    media_type: str
    chunked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. Paths that do not begin with ``/`` are below ``/api/v4/internal``."""

    method: str
    path: str
    by: Signer
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Body | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    query_by: Signer = nobody
    """Parameters of the query string that only the credentials know."""
    body_by: Callable[[Credentials], Body] | None = None
    """A body that only the credentials know."""

    def target(self, credentials: Credentials) -> str:
        """Path and query as they stand in the request line."""
        path = self.path if self.path.startswith("/") else f"{INTERNAL}/{self.path}"
        query = {**self.query, **self.query_by(credentials)}
        return f"{path}?{urlencode(query, doseq=True)}" if query else path


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Every call gets the same status and a body that matches; ``alike`` bodies are equal, too.

    ``body`` is as :mod:`matching` reads it; ``...`` is any. ``reference`` says where the contract says so.
    """

    name: str
    reference: str
    calls: Sequence[Call]
    status: int = 200
    body: Any = ...
    headers: Mapping[str, Any] = field(default_factory=dict)
    alike: bool = False
    writes: bool = False
    needs: tuple[str, ...] = ()
    media_type: str = JSON
    """Of every answer; ``text/plain`` is compared as a text, ``""`` is not looked at."""

    @property
    def group(self) -> str:
        """The part of the contract that it belongs to: the name up to the dot."""
        return self.name.partition(".")[0]


Checks = Callable[[World], Sequence[Check]]


def get(path: str, by: Signer = shell, /, **query: Any) -> Call:
    """GET as GitLab Shell sends it: with a media type and without a body."""
    return Call(method="GET", path=path, by=by, query=query, headers={"Content-Type": JSON})


def post(path: str, by: Signer = shell, /, **parameters: Any) -> Call:
    """POST JSON."""
    return send("POST", path, by, parameters)


def send(method: str, path: str, by: Signer, parameters: Any, *, chunked: bool = False) -> Call:
    """Send JSON, whatever it is; without a length where ``chunked``."""
    content = json_text.dumps(parameters).encode()
    return Call(method=method, path=path, by=by, body=Body(content, JSON, chunked))


def post_form(path: str, by: Signer = shell, /, **parameters: Any) -> Call:
    """POST a form."""
    content = urlencode(parameters, doseq=True).encode()
    return Call(method="POST", path=path, by=by, body=Body(content, FORM))


def post_multipart(path: str, by: Signer = shell, /, **parameters: Any) -> Call:
    """POST a multipart form."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in parameters.items()
    ]
    content = f"{''.join(parts)}--{BOUNDARY}--\r\n".encode()
    return Call(
        method="POST", path=path, by=by, body=Body(content, f"multipart/form-data; boundary={BOUNDARY}")
    )


def post_raw(path: str, content: bytes, media_type: str, by: Signer = shell) -> Call:
    """POST these very bytes."""
    return Call(method="POST", path=path, by=by, body=Body(content, media_type))


def encoded(path: str) -> str:
    """Write a full path as one segment of a URL."""
    return quote(path, safe="")


def message(text: str) -> dict[str, str]:
    """A refusal for a person."""
    return {"message": text}


def error(text: str) -> dict[str, str]:
    """A refusal by the framework."""
    return {"error": text}


UNAUTHORIZED = message("401 Unauthorized")
NOT_FOUND = message("404 Not Found")
