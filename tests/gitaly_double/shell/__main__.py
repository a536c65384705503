"""Run as ``python -m tests.gitaly_double.shell key-11``, in place of ``gitlab-shell key-11``."""

import os
import sys

from tests.gitaly_double.sessions import Streams
from tests.gitaly_double.shell.program import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ, Streams.of_this_process()))
