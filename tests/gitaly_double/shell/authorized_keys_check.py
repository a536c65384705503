"""The program that sshd asks for the keys of a user: ``gitlab-shell-authorized-keys-check``."""

import os
import sys
import uuid
from collections.abc import Mapping, Sequence

from tests.gitaly_double.sessions import Streams
from tests.gitaly_double.shell.api import ShellApi
from tests.gitaly_double.shell.decoding import AUTHORIZED_KEYS
from tests.gitaly_double.shell.errors import ShellError, box
from tests.gitaly_double.shell.settings import ShellSettings

RESTRICTIONS = "no-port-forwarding,no-X11-forwarding,no-agent-forwarding,no-pty"


def main(arguments: Sequence[str], environ: Mapping[str, str], streams: Streams) -> int:
    """Print the line of an authorized-keys file for the offered key, or a comment."""
    try:
        expected, actual, key = arguments
    except ValueError:
        streams.say(f"# Insufficient arguments. {len(arguments)}. Usage")
        return 1
    for value, text in ((expected, "# No username provided"), (key, "# No key provided")):
        if not value:
            streams.say(text)
            return 1
    if expected != actual:
        return 0
    return _print_line(key, ShellSettings.from_environment(environ), environ, streams)


def _print_line(key: str, settings: ShellSettings, environ: Mapping[str, str], streams: Streams) -> int:
    api = ShellApi(settings, environ.get("CORRELATION_ID") or uuid.uuid4().hex)
    try:
        found = api.get("/authorized_keys", {"key": key}, AUTHORIZED_KEYS)
    except ShellError:
        line = f"# No key was found for {key}"
    else:
        text = found.get("key", "")
        if "\n" in text:
            invalid = "invalid value" if settings.version >= (14, 40) else "Invalid value"
            streams.stderr.write(box(f"{invalid}: {text}").encode())
            return 1
        program = f"{settings.root}/bin/gitlab-shell key-{found.get('id', 0)}"
        line = f'command="{program}",{RESTRICTIONS} {text}'
    streams.stdout.write(f"{line}\n".encode())
    streams.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ, Streams.of_this_process()))
