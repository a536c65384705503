"""Requests to try: the examples of GitLab's document as curl lines that work on this instance as printed."""

import base64
import shlex
from dataclasses import dataclass

from django.conf import settings

from apps.ssh_keys.models import Key
from gitlab_internal.operations.listening import Server

_ZEROS = "0" * 40
_EXAMPLE_KEY = 11
_TOKEN = (
    "user_id=29",
    "name=mytokenname",
    "scopes[]=read_user",
    "scopes[]=read_repository",
    "expires_at=2020-07-24",
)


@dataclass(frozen=True, slots=True)
class Example:
    """One request under the heading it has in the document."""

    heading: str
    curl: str


def requests(server: Server) -> list[Example]:
    """Return every example, or none where the database does not hold the document's world."""
    key = Key.objects.filter(pk=_EXAMPLE_KEY).first()
    if key is None:
        return []
    blob = key.key.split()[1]
    who = ["key_id=11", "project=gnuwget/wget2"]
    push = f"changes={_ZEROS} fd9e76b9136bdd9fe217061b497745792fe5a5ee gh-pages\\n"
    return [
        Example(
            "Git Authentication",
            _post(server, "allowed", *who, "action=git-upload-pack", "protocol=ssh"),
        ),
        Example("LFS Authentication", _post(server, "lfs_authenticate", *who)),
        Example("Authorized Keys Check", _get(server, "authorized_keys", f"key={blob}")),
        Example("Get user for user ID or key", _get(server, "discover", "key_id=7")),
        Example("Instance information", _get(server, "check")),
        Example(
            "Get new 2FA recovery codes using an SSH key",
            _post(server, "two_factor_recovery_codes", "key_id=7"),
        ),
        Example("Get new personal access-token", _post(server, "personal_access_token", *_TOKEN)),
        Example(
            "Incrementing counter on pre-receive", _post(server, "pre_receive", "gl_repository=project-7")
        ),
        Example(
            "PostReceive", _post(server, "post_receive", "gl_repository=project-7", "identifier=user-1", push)
        ),
    ]


def _post(server: Server, path: str, *fields: str) -> str:
    data = [part for field in fields for part in ("--data", field)]
    return _curl(server, path, "--request", "POST", *data)


def _get(server: Server, path: str, *fields: str) -> str:
    # A key holds '+', '/' and '='.
    data = [part for field in fields for part in ("--data-urlencode", field)]
    return _curl(server, path, "--get", *data)


def _curl(server: Server, path: str, *options: str) -> str:
    secret = base64.b64encode(settings.SHELL_SECRET_FILE.read_bytes()).decode()
    socket = ["--unix-socket", server.socket] if server.socket else []
    command = [
        "curl", "--silent", "--show-error", *socket,
        "--header", f"Gitlab-Shared-Secret: {secret}", *options, f"{server.url}/api/v4/internal/{path}",
    ]  # fmt: skip
    return shlex.join(command)
