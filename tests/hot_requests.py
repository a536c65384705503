"""What SSH connections, pushes and agents ask for, in the world of the document's examples."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jwt
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.signals import request_started
from django.db import close_old_connections
from django.utils import timezone
from pytest_django.fixtures import Settings

from apps.agent.models import Agent
from apps.directory.models import User
from apps.operations.management.commands.seed import FIXTURES
from apps.ssh_keys.models import Key
from tests.callers import INTERNAL, shared_secret
from tests.factories.agent import issue_token

_KEY = {"key_id": "11", "project": "gnuwget/wget2"}
_PULL = {**_KEY, "action": "git-upload-pack", "protocol": "ssh", "changes": "_any"}
_CHANGES = f"{'0' * 40} fd9e76b9136bdd9fe217061b497745792fe5a5ee refs/heads/topic\n"
_PUSHED = {"gl_repository": "project-7", "identifier": "user-1", "changes": _CHANGES}
REQUESTS: dict[str, tuple[str, str, dict[str, str]]] = {
    "pull": ("POST", "allowed", _PULL),
    "floor": ("POST", "floor", _PULL),
    "push": ("POST", "allowed", {**_PULL, "action": "git-receive-pack"}),
    "authorized_keys": ("GET", "authorized_keys", {}),
    "discover": ("GET", "discover", {"key_id": "11"}),
    "lfs_authenticate": ("POST", "lfs_authenticate", _KEY),
    "pre_receive": ("POST", "pre_receive", {"gl_repository": "project-7"}),
    "post_receive": ("POST", "post_receive", _PUSHED),
    "agent_info": ("GET", "kubernetes/agent_info", {}),
}


@dataclass(frozen=True)
class World:
    """The examples, and those who ask."""

    agent_headers: dict[str, str]
    blob: str

    def environ(self, name: str) -> dict[str, Any]:
        """Return one of the requests as a WSGI server hands it on."""
        method, path, given = REQUESTS[name]
        headers = self.agent_headers if name == "agent_info" else shared_secret()
        if name == "authorized_keys":
            given = {"key": self.blob}
        body = json.dumps(given).encode() if method == "POST" else b""
        return {
            "REQUEST_METHOD": method,
            "PATH_INFO": f"{INTERNAL}/{path}",
            "QUERY_STRING": "" if body else urlencode(given),
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "wsgi.input": io.BytesIO(body),
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": "application/json",
            "HTTP_HOST": "localhost",
            **{f"HTTP_{header.upper().replace('-', '_')}": value for header, value in headers.items()},
        }


def send(handler: WSGIHandler, environ: dict[str, Any]) -> bytes:
    """Let an application answer a request, which has to be with 200, and return the body."""
    statuses: list[str] = []

    def start_response(status: str, headers: Any, error: Any = None, /) -> Callable[[bytes], object]:
        statuses.append(status)
        return lambda data: None

    # A test's connection is in its transaction, and stays; Django's own client does the same.
    request_started.disconnect(close_old_connections)
    try:
        body = b"".join(handler(environ, start_response))
    finally:
        request_started.connect(close_old_connections)
    assert [status.split()[0] for status in statuses] == ["200"], body
    return body


def make_world(settings: Settings, folder: Path) -> World:
    """Load the examples; everybody in them has been here today already."""
    call_command("loaddata", *sorted(FIXTURES.glob("*.json")), verbosity=0)
    now = timezone.now()
    Key.objects.update(last_used_at=now)
    User.objects.update(last_activity_on=now.date())
    secret = folder / "kas_secret"
    secret.write_text("YSBzZWNyZXQgb2Yga2FzIGZvciB0aGlzIHRlc3QgbG4=")
    secret.chmod(0o600)
    settings.KAS_SECRET_FILE = secret
    settings.GITALY_STORAGES = {"default": {"address": "unix:/nobody.socket"}}
    signature = jwt.encode({"iss": "gitlab-kas"}, b"a secret of kas for this test ln", algorithm="HS256")
    token = issue_token(Agent.objects.get(pk=5))
    headers = {"Gitlab-Kas-Api-Request": signature, "Authorization": f"Bearer {token}"}
    return World(headers, Key.objects.get(pk=11).key.split()[1])
