"""Running the emulated programs inside the test process, for everything but pushes and fetches."""

import io
from collections.abc import Callable
from dataclasses import dataclass

from tests.gitaly_double.sessions import Streams
from tests.gitaly_double.shell import authorized_keys_check as keys
from tests.gitaly_double.shell import check as health
from tests.gitaly_double.shell import program
from tests.gitaly_double.shell.settings import ShellSettings

CONNECTION = "127.0.0.1 5555 127.0.0.1 22"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended and what it wrote."""

    status: int
    out: str
    err: str


def gitlab_shell(
    settings: ShellSettings, *arguments: str, command: str = "", stdin: bytes = b"", **variables: str
) -> Ended:
    """Run ``gitlab-shell`` with a user's command, as sshd does."""
    session = {"SSH_CONNECTION": CONNECTION, "SSH_ORIGINAL_COMMAND": command, **variables}
    environ = {**session, **settings.to_environment()}
    return _ended(lambda streams: program.main(arguments, environ, streams), stdin)


def authorized_keys_check(settings: ShellSettings, *arguments: str) -> Ended:
    """Run ``gitlab-shell-authorized-keys-check``."""
    return _ended(lambda streams: keys.main(arguments, settings.to_environment(), streams))


def check(settings: ShellSettings) -> Ended:
    """Run ``gitlab-shell-check``."""
    return _ended(lambda streams: health.main(settings.to_environment(), streams))


def _ended(run: Callable[[Streams], int], stdin: bytes = b"") -> Ended:
    out, err = io.BytesIO(), io.BytesIO()
    status = run(Streams(io.BytesIO(stdin), out, err))
    return Ended(status, out.getvalue().decode(), err.getvalue().decode())
