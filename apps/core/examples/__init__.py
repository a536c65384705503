"""The examples of GitLab's document as data: the request, and the body that the document prints.

What our answer has in its place stands beside it: a value that varies, one that the document abridges, or a
difference and the decision record that decides it.
"""

import functools
import json
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class ExampleRequest:
    """What is sent; paths are below ``/api/v4``. At most one of ``form`` and ``json`` is given."""

    method: str
    path: str
    query: str = ""
    form: str = ""
    json: Any = None


@dataclass(frozen=True, slots=True)
class Example:
    """One example under its heading. ``consumer`` signs it: ``shell``, ``kas``, ``agent`` or ``admin``."""

    heading: str
    consumer: str
    request: ExampleRequest
    status: int
    response: Any
    varies: dict[str, str] = field(default_factory=dict)
    abridged: dict[str, Any] = field(default_factory=dict)
    differences: list[dict[str, Any]] = field(default_factory=list)

    def answer(self) -> Any:
        """Return our answer; where a value varies, the printed one."""
        body = deepcopy(self.response)
        for at, value in self.abridged.items():
            put(body, at, value)
        for difference in self.differences:
            put(body, difference["at"], difference["answer"])
        return body


def put(body: Any, at: str, value: Any) -> None:
    """Set the value at a path of keys, such as ``gitaly.features``."""
    *parents, name = at.split(".")
    for parent in parents:
        body = body[parent]
    body[name] = value


@functools.cache
def examples() -> tuple[Example, ...]:
    """Return every example, in the document's order."""
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.json")))


def _read(path: Path) -> Example:
    content = json.loads(path.read_text())
    return Example(**{**content, "request": ExampleRequest(**content["request"])})
