"""What an endpoint of GitLab Shell or Gitaly answers to bodies that are not quite right."""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

from django.core.management import call_command
from django.db import transaction

from apps.operations.management.commands.seed import FIXTURES
from tests.callers import INTERNAL, Caller
from tests.parameter_cases import VALUES, cases

OF_SHELL: dict[str, Any] = {
    **VALUES,
    "beyond 64 bits": 2**63,
    "negative": -1,
    "padded digits": " 7",
    "user-1": "user-1",
    "key-11": "key-11",
    "list of words": ["a", "b"],
    "list of NUL": ["\0"],
    "whole float": 7.0,
    "Base64 of an object": base64.b64encode(b'{"skip-ci": true}').decode(),
    "Base64 of a list": base64.b64encode(b"[1]").decode(),
    "Base64 of no JSON": base64.b64encode(b"{").decode(),
}
NO_OBJECTS: dict[str, Any] = {"list": [], "text": "text", "number": 5, "null": None, "list of objects": [{}]}
_VARIES = {
    r'"(token|lfs_token)": "[^"]+"': r'"\1": "…"',
    r'"[0-9a-f]{16}"': '"…"',
    r"\d{4}-\d\d-\d\d": "a day",
    r"x{1000,}": "x…",
}


def load_the_examples() -> None:
    call_command("loaddata", *sorted(FIXTURES.glob("*.json")), verbosity=0)


def answers(shell: Caller, method: str, path: str, body: Any) -> dict[str, str]:
    """Return the answer to each case of an endpoint; none of them leaves anything behind."""
    return {name: _answer(shell, method, path, changed) for name, changed in _bodies(path, body)}


def _bodies(path: str, body: Any) -> Iterator[tuple[str, Any]]:
    yield "good", body
    yield from ((f"whole: {name}", whole) for name, whole in NO_OBJECTS.items())
    yield from cases(path, body, OF_SHELL)


def _answer(shell: Caller, method: str, path: str, body: Any) -> str:
    headers = {"User-Agent": shell.user_agent, **shell.sign()}
    with transaction.atomic():
        response = shell.client.generic(
            method, f"{INTERNAL}/{path}", json.dumps(body), "application/json", headers=headers
        )
        transaction.set_rollback(True)
    text = f"{response.status_code} {json.dumps(response.json(), ensure_ascii=False)}"
    for varying, constant in _VARIES.items():
        text = re.sub(varying, constant, text)
    return text
