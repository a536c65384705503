"""What the floor answers, and a raw WSGI application that answers it without any framework."""

import json
from collections.abc import Callable, Iterable
from typing import Any

import gitlab_internal.wsgi  # noqa: F401 -- loaded as for the service, and never asked

CONSTANT = {
    "status": True,
    "gl_repository": "project-3",
    "gl_project_path": "gnuwget/wget2",
    "gl_id": "user-1",
    "gl_username": "root",
    "gitaly": {"repository": {"storage_name": "default"}, "address": "", "token": None, "features": {}},
}
_BODY = json.dumps(CONSTANT, separators=(",", ":")).encode()
_HEADERS = [("Content-Type", "application/json"), ("Content-Length", str(len(_BODY)))]


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Read the request and answer: what the server alone costs."""
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response("200 OK", _HEADERS)
    return [_BODY]
