"""``POST /allowed`` as gitlab-shell uses it, and what it takes from the answer."""

from dataclasses import dataclass
from typing import Any

from tests.gitaly_double.sessions import Streams
from tests.gitaly_double.shell.api import ShellApi
from tests.gitaly_double.shell.caller import Caller
from tests.gitaly_double.shell.decoding import ALLOWED
from tests.gitaly_double.shell.errors import ShellError, console_messages


@dataclass(frozen=True, slots=True)
class Access:
    """A granted request."""

    caller: Caller
    answer: dict[str, Any]

    @property
    def who(self) -> str:
        """Return the identity that Gitaly hands to its hooks."""
        if self.caller.key_id and not self.caller.username:
            return f"key-{self.caller.key_id}"
        return self.text("gl_id")

    def text(self, name: str) -> str:
        """Return a string of the answer, empty if it is not there."""
        return str(self.answer.get(name, ""))


def request(api: ShellApi, caller: Caller, *, action: str, project: str, streams: Streams) -> Access:
    """Ask for access; show the API's messages, and fail with its reason if it says no."""
    body = {
        "action": action,
        "project": project,
        "changes": "_any",
        "protocol": "ssh",
        **caller.identity(),
        "check_ip": caller.check_ip(api.settings.version),
    }
    answer = api.post("/allowed", {k: v for k, v in body.items() if v or k == "project"}, ALLOWED)
    streams.stderr.write(console_messages(answer.get("gl_console_messages", [])).encode())
    if not answer.get("status"):
        raise ShellError(answer.get("message", ""))
    return Access(caller, answer)
