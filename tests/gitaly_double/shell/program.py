"""The program ``gitlab-shell``: from sshd's variables to one command."""

from collections.abc import Callable, Mapping, Sequence

from tests.gitaly_double.sessions import Streams
from tests.gitaly_double.shell import words
from tests.gitaly_double.shell.api import ShellApi
from tests.gitaly_double.shell.caller import Caller
from tests.gitaly_double.shell.commands import Command
from tests.gitaly_double.shell.errors import Disallowed, ShellError, box
from tests.gitaly_double.shell.settings import ShellSettings

COMMANDS: Mapping[str, Callable[[Command], None]] = {
    "discover": Command.discover,
    "git-upload-pack": Command.pack,
    "git-receive-pack": Command.pack,
    "git-lfs-authenticate": Command.lfs_authenticate,
}


def main(arguments: Sequence[str], environ: Mapping[str, str], streams: Streams) -> int:
    """Run the user's command and return the exit status."""
    try:
        _run(arguments, environ, streams)
    except Disallowed as error:
        streams.stderr.write(f"{error}\n".encode())
        return 1
    except ShellError as error:
        streams.stderr.write(box(str(error)).encode())
        return 1
    finally:
        streams.stdout.flush()
        streams.stderr.flush()
    return 0


def _run(arguments: Sequence[str], environ: Mapping[str, str], streams: Streams) -> None:
    if not environ.get("SSH_CONNECTION"):
        raise Disallowed("Only SSH allowed")
    settings = ShellSettings.from_environment(environ)
    caller = Caller.of(arguments, environ, settings.version)
    line = words.split(environ.get("SSH_ORIGINAL_COMMAND", "")) or ["discover"]
    command = COMMANDS.get(line[0])
    if command is None:
        raise Disallowed("Disallowed command")
    command(Command(ShellApi(settings, caller.correlation_id), caller, streams, line))
