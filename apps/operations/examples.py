"""Requests to try: the examples of GitLab's document as curl lines that work on this instance as printed."""

import json
import shlex
from dataclasses import dataclass

from django.conf import settings

from apps.operations import agent_examples, folder
from apps.server.listening import InstanceAddress
from apps.ssh_keys.models import Key

_ZEROS = "0" * 40
_EXAMPLE_KEY = 11
_TOKEN = (
    "user_id=29",
    "name=mytokenname",
    "scopes[]=read_user",
    "scopes[]=read_repository",
    "expires_at=2020-07-24",
)
_PACKS = json.dumps(
    {
        "packs": [
            {
                "number_of_minutes": 10000,
                "expires_at": "2022-01-01",
                "purchase_xid": "46952fe69bebc1a4de10b2b4ff439d0c",
            }
        ]
    }
)
_RECONCILIATIONS = json.dumps(
    {
        "upcoming_reconciliations": [
            {
                "namespace_id": 127,
                "next_reconciliation_date": "13 Jun 2021",
                "display_alert_from": "06 Jun 2021",
            },
            {
                "namespace_id": 129,
                "next_reconciliation_date": "12 Jun 2021",
                "display_alert_from": "05 Jun 2021",
            },
        ]
    }
)


@dataclass(frozen=True, slots=True)
class CurlExample:
    """One request under the heading it has in the document."""

    heading: str
    curl: str


def requests(server: InstanceAddress) -> list[CurlExample]:
    """Return every example, or none where the database does not hold the document's world."""
    key = Key.objects.filter(pk=_EXAMPLE_KEY).first()
    if key is None:
        return []
    blob = key.key.split()[1]
    who = ["key_id=11", "project=gnuwget/wget2"]
    push = f"changes={_ZEROS} fd9e76b9136bdd9fe217061b497745792fe5a5ee gh-pages\\n"
    return [
        CurlExample(
            "Git Authentication",
            _post(server, "allowed", *who, "action=git-upload-pack", "protocol=ssh"),
        ),
        CurlExample("LFS Authentication", _post(server, "lfs_authenticate", *who)),
        CurlExample("Authorized Keys Check", _get(server, "authorized_keys", f"key={blob}")),
        CurlExample("Get user for user ID or key", _get(server, "discover", "key_id=7")),
        CurlExample("Instance information", _get(server, "check")),
        CurlExample(
            "Get new 2FA recovery codes using an SSH key",
            _post(server, "two_factor_recovery_codes", "key_id=7"),
        ),
        CurlExample("Get new personal access-token", _post(server, "personal_access_token", *_TOKEN)),
        CurlExample(
            "Incrementing counter on pre-receive", _post(server, "pre_receive", "gl_repository=project-7")
        ),
        CurlExample(
            "PostReceive", _post(server, "post_receive", "gl_repository=project-7", "identifier=user-1", push)
        ),
        *(CurlExample(heading, curl) for heading, curl in agent_examples.lines(server)),
        *_billing(server),
    ]


def _billing(server: InstanceAddress) -> list[CurlExample]:
    """The examples that an administrator's token opens; the document writes its header in two ways."""
    subscription = "namespaces/1234/gitlab_subscription"
    create = f"{subscription}?start_date=2020-07-15&plan=premium&seats=10"
    update = f"{subscription}?max_seats_used=0"
    return [
        CurlExample("Creating a subscription", _with_token(server, "TOKEN", "POST", create)),
        CurlExample("Updating a subscription", _with_token(server, "TOKEN", "PUT", update)),
        CurlExample("Retrieving a subscription", _with_token(server, "TOKEN", "GET", subscription)),
        CurlExample(
            "Creating an additional pack",
            _with_token(server, "PRIVATE-TOKEN", "POST", "namespaces/123/minutes", _PACKS),
        ),
        CurlExample(
            "Moving additional packs",
            _with_token(server, "PRIVATE-TOKEN", "PATCH", "namespaces/123/minutes/move/321"),
        ),
        CurlExample(
            "Updating upcoming_reconciliations",
            _with_token(
                server, "PRIVATE-TOKEN", "PUT", "internal/upcoming_reconciliations", _RECONCILIATIONS
            ),
        ),
    ]


def _post(server: InstanceAddress, path: str, *fields: str) -> str:
    data = [part for field in fields for part in ("--data", field)]
    return _curl(server, path, "--request", "POST", *data)


def _get(server: InstanceAddress, path: str, *fields: str) -> str:
    # A key holds '+', '/' and '='.
    data = [part for field in fields for part in ("--data-urlencode", field)]
    return _curl(server, path, "--get", *data)


def _curl(server: InstanceAddress, path: str, *options: str) -> str:
    secret = folder.in_shell(settings.SHELL_SECRET_FILE, base64=True)
    return _command(server, f"internal/{path}", f"Gitlab-Shared-Secret: {secret}", *options)


def _with_token(server: InstanceAddress, header: str, method: str, path: str, body: str = "") -> str:
    sent = ["--header", "Content-Type: application/json", "--data", body] if body else []
    token = folder.in_shell(settings.DATA / folder.ADMIN_TOKEN)
    return _command(server, path, f"{header}: {token}", "--request", method, *sent)


def _command(server: InstanceAddress, path: str, credential: str, *options: str) -> str:
    """Return one line; the shell that runs it reads the credential from its file."""
    socket = ["--unix-socket", server.socket] if server.socket else []
    rest = shlex.join([*socket, *options, f"{server.root}/api/v4/{path}"])
    return f'curl --silent --show-error --header "{credential}" {rest}'
