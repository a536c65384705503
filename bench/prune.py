"""How long ``manage.py prune`` keeps others waiting while it takes the oldest rows out of very large tables.

``python -m bench.prune --rows 10000000`` fills tables of pushes, pushed refs and Git audit events on SQLite
and on PostgreSQL, removes the oldest tenth of them while somebody else writes, prints the table, and ends
with 1 where the other writer had to wait 100 ms longer than on the same machine beside nobody.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests import servers

ROW = "{:<12}{:<18}{:>12}{:>10}{:>9}{:>12}{:>12}{:>12}{:>12}"
HEAD = ROW.format(
    "database", "rows", "there", "removed", "a second", "batch ms", "longest", "other waits", "and alone"
)
MEASURE = "import django; django.setup(); from bench import prune_measured; prune_measured.main()"


def main() -> int:
    """Measure on both databases."""
    parser = argparse.ArgumentParser(prog="python -m bench.prune", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    options = parser.parse_args()
    chosen = options.database or ["sqlite", "postgresql"]
    print(HEAD, flush=True)
    with ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-prune-")))
        urls = {"sqlite": f"sqlite:///{data}/db.sqlite3"}
        if "postgresql" in chosen:
            durable = ("fsync=on", "synchronous_commit=on", "full_page_writes=on", "max_wal_size=4GB")
            urls["postgresql"] = stack.enter_context(servers.postgresql(*durable)).create_database()
        return max(_in_process(data, urls[name], options.rows) for name in chosen)


def _in_process(data: Path, database_url: str, rows: int) -> int:
    environment = {
        **os.environ,
        "DATA": str(data),
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "gitlab_internal.settings",
        "SECRET_KEY": "for this run only, and long enough for every signature",
        "LOG_LEVEL": "ERROR",
        "ROWS": str(rows),
    }
    return subprocess.run([sys.executable, "-c", MEASURE], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
