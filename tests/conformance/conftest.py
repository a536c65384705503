"""The command as a person runs it, and its results."""

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.instances import Instance

Conformance = Callable[..., dict[str, Any]]


def arguments(instance: Instance) -> list[str]:
    """The secrets of an instance, as options."""
    files = {
        "--secret-file": ".gitlab_shell_secret",
        "--kas-secret-file": ".gitlab_kas_secret",
        "--workhorse-secret-file": ".gitlab_workhorse_secret",
        "--agent-token-file": "agent_token",
        "--admin-token-file": "admin_token",
    }
    return [part for option, name in files.items() for part in (option, str(instance.data / name))]


@pytest.fixture
def conformance(gunicorn: Instance) -> Conformance:
    """Run the command with the secrets of the running instance, and return what it prints as JSON."""

    def run(url: str, *options: str) -> dict[str, Any]:
        output = StringIO()
        code = 0
        try:
            call_command("conformance", "--url", url, *arguments(gunicorn), *options, "--json", stdout=output)
        except CommandError as end:
            code = end.returncode
        return {"exit": code, **json.loads(output.getvalue())}

    return run


def differing(report: dict[str, Any]) -> dict[str, list[tuple[str, str, str]]]:
    """What differs, by check: what it is, what was expected, what was seen."""
    return {
        check["name"]: [(found["what"], found["expected"], found["seen"]) for found in check["differences"]]
        for check in report["checks"]
        if check["differences"]
    }
