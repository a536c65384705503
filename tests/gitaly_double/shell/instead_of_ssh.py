"""A program for ``GIT_SSH_COMMAND``: what sshd does after a login, without any login.

``SSH_IDENTITY`` names the caller, for instance ``key-11``.
"""

import os
import sys

from tests.gitaly_double.sessions import Streams
from tests.gitaly_double.shell.program import main

if __name__ == "__main__":
    session = {
        "SSH_CONNECTION": "127.0.0.1 5555 127.0.0.1 22",
        **os.environ,
        "SSH_ORIGINAL_COMMAND": sys.argv[-1],
    }
    sys.exit(main([os.environ.get("SSH_IDENTITY", "")], session, Streams.of_this_process()))
