"""Running commands inside the test process."""

import io
import json
from typing import Any

from django.core.management import call_command


def run(*arguments: str) -> str:
    """Run a command and return what it said on standard output."""
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def lines(*arguments: str) -> list[str]:
    """Run a command and return its lines."""
    return run(*arguments).splitlines()


def facts(*arguments: str) -> Any:
    """Run a command with ``--json`` and return the object that it printed."""
    return json.loads(run(*arguments, "--json"))
