"""The log lines of a test, as the service writes them."""

import io
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class LogLines:
    """Call it for the lines so far, parsed."""

    stream: io.StringIO

    def __call__(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().splitlines()]

    def text(self) -> str:
        """Everything as it was written."""
        return self.stream.getvalue()

    def requests(self) -> list[dict[str, Any]]:
        """The lines about whole requests."""
        return [line for line in self() if line["event"] == "request"]
