"""The program ``check``, later ``gitlab-shell-check``: is the API there, and its store?"""

import os
import sys
import uuid
from collections.abc import Mapping

from tests.gitaly_double.sessions import Streams
from tests.gitaly_double.shell.api import ShellApi
from tests.gitaly_double.shell.decoding import CHECK
from tests.gitaly_double.shell.errors import ShellError
from tests.gitaly_double.shell.settings import ShellSettings

API = "Internal API available"
STORE = "Redis available via internal API"


def main(environ: Mapping[str, str], streams: Streams) -> int:
    """Print one line per test and return the exit status."""
    settings = ShellSettings.from_environment(environ)
    api = ShellApi(settings, environ.get("CORRELATION_ID") or uuid.uuid4().hex)
    try:
        answer = api.get("/check", {}, CHECK)
    except ShellError as error:
        streams.say(f"{API}: FAILED - {error}")
        return 1
    streams.stdout.write(f"{API}: OK\n".encode())
    streams.stdout.flush()
    if not answer.get("redis"):
        streams.say(f"{STORE}: FAILED")
        return 1
    streams.stdout.write(f"{STORE}: OK\n".encode())
    streams.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ, Streams.of_this_process()))
