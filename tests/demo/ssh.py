"""A program for ``GIT_SSH_COMMAND``: what sshd does for a login, with the key of one file.

It asks GitLab Shell's program who has the key, and runs what that line says; here the double does both.
"""

import io
import os
import re
import sys
from pathlib import Path

from tests.gitaly_double.sessions import Streams
from tests.gitaly_double.shell import authorized_keys_check, program

PUBLIC_KEY = "DEMO_PUBLIC_KEY"  # the variable that names the file
_CONNECTION = "127.0.0.1 5555 127.0.0.1 22"


def main(command: str) -> int:
    """Run the command as the owner of the key, and return the exit status that ssh would have."""
    _, key, *_ = Path(os.environ[PUBLIC_KEY]).read_text().split()
    line = io.BytesIO()
    authorized_keys_check.main(
        ("git", "git", key), os.environ, Streams(io.BytesIO(), line, sys.stderr.buffer)
    )
    found = re.search(r"\bkey-\d+", line.getvalue().decode())
    if not found:
        sys.stderr.write("git@localhost: Permission denied (publickey).\n")
        return 255
    session = {**os.environ, "SSH_CONNECTION": _CONNECTION, "SSH_ORIGINAL_COMMAND": command}
    return program.main([found[0]], session, Streams.of_this_process())


if __name__ == "__main__":
    sys.exit(main(sys.argv[-1]))
