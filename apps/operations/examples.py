"""Requests to try: the examples of GitLab's document as curl lines that work on this instance as printed."""

import json
import shlex
import sys
from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings

from apps.agent.models import Agent
from apps.core.examples import Example, ExampleRequest, examples
from apps.operations import folder
from apps.operations.credentials import EXAMPLE_AGENT
from apps.server.listening import InstanceAddress
from apps.ssh_keys.models import Key

_EXAMPLE_KEY = 11


@dataclass(frozen=True, slots=True)
class CurlExample:
    """One request under the heading it has in the document."""

    heading: str
    curl: str


def requests(server: InstanceAddress) -> list[CurlExample]:
    """Return every example, or none where the database does not hold the document's world."""
    if not Key.objects.filter(pk=_EXAMPLE_KEY).exists():
        return []
    lacking = set() if Agent.objects.filter(pk=EXAMPLE_AGENT).exists() else {"agent", "kas"}
    return [
        CurlExample(example.heading, _line(server, example))
        for example in examples()
        if example.consumer not in lacking
    ]


def _line(server: InstanceAddress, example: Example) -> str:
    """Return one line; the shell that runs it reads what opens the door from its file."""
    headers = " ".join(f'--header "{credential}"' for credential in _credentials(example.consumer))
    socket = ["--unix-socket", server.socket] if server.socket else []
    query = f"?{quote(example.request.query, safe='=&/')}" if example.request.query else ""
    address = f"{server.root}/api/v4{example.request.path}{query}"
    options = shlex.join([*socket, *_options(example.request), address])
    return f"curl --silent --show-error {headers} {options}"


def _credentials(consumer: str) -> list[str]:
    match consumer:
        case "shell":
            return [f"Gitlab-Shared-Secret: {folder.in_shell(settings.SHELL_SECRET_FILE, base64=True)}"]
        case "admin":
            return [f"PRIVATE-TOKEN: {folder.in_shell(settings.DATA / folder.ADMIN_TOKEN)}"]
        case "kas":
            return [_signature()]
        case _:
            token = folder.in_shell(settings.DATA / folder.AGENT_TOKEN)
            return [_signature(), f"Authorization: Bearer {token}"]


def _signature() -> str:
    """Return the header of kas, which each run of the line signs anew."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "secret", "sign", "kas"]
    return f"Gitlab-Kas-Api-Request: $({shlex.join(['env', f'DATA={settings.DATA}', *command])})"


def _options(request: ExampleRequest) -> list[str]:
    method = ["--request", request.method] if request.method != "GET" else []
    if request.json is not None:
        body = json.dumps(request.json, separators=(",", ":"))
        return [*method, "--header", "Content-Type: application/json", "--data", body]
    fields = request.form.split("&") if request.form else []
    return [*method, *(part for field in fields for part in ("--data", field))]
