"""How long a subscription takes to answer: 50,000 members in 500 subgroups against 50 in one group.

``python -m bench.seats`` makes both namespaces in a new database on SQLite and on PostgreSQL, asks for their
subscriptions in turns, prints the table, and fails where a goal is missed.
"""

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests import servers

ROW = "{:<12}{:>10}{:>11}{:>9}{:>11}{:>8}"
HEAD = ROW.format("database", "members", "subgroups", "queries", "median ms", "ratio")
# Settings are read once in a process: each database is measured in one of its own.
MEASURE = "import django; django.setup(); from bench import seats_measured; seats_measured.main()"


def main() -> int:
    """Measure on both databases."""
    with ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-seats-")))
        server = stack.enter_context(servers.postgresql())
        print(HEAD, flush=True)
        urls = (f"sqlite:///{data}/db.sqlite3", server.create_database())
        return max(_in_process(data, url) for url in urls)


def _in_process(data: Path, database_url: str) -> int:
    environment = {
        **os.environ,
        "DATA": str(data),
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "gitlab_internal.settings",
        "SECRET_KEY": "for this run only, and long enough for every signature",
        "LOG_LEVEL": "ERROR",
    }
    return subprocess.run([sys.executable, "-c", MEASURE], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
