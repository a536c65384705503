"""The course over one store: its servers are started, then one part follows the other."""

import logging
import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

# Gives the run a folder of its own; its servers are those of this course, which can be restarted.
os.environ["TEST_DATABASE"] = "sqlite"
from tests import databases, servers
from tests import environment as run_environment
from tests.torture import disk, neighbours
from tests.torture.neighbours import Neighbour
from tests.torture.report import Report


@dataclass(frozen=True)
class Course:
    """How much of everything."""

    report: Report
    short: bool
    worlds: int
    postgresql: Neighbour | None
    redis: Neighbour | None
    disk: Path | None
    only: str

    def has(self, part: str) -> bool:
        """Whether a part was asked for."""
        return not self.only or part in self.only.split(",")

    @property
    def seconds(self) -> float:
        """How long a fault lasts."""
        return 1.5 if self.short else 4.0


def run(store: str, *, short: bool, only: str, worlds: int | None) -> int:
    """Run the parts; return 1 when something failed."""
    report = Report(store)
    with ExitStack() as stack:
        postgresql = redis = None
        place = stack.enter_context(disk.mounted())
        if store == "postgres":
            with disk.temporary(place):
                postgresql, cluster = stack.enter_context(neighbours.postgresql())
            redis, url = stack.enter_context(neighbours.redis())
            os.environ["REDIS_URL"] = f"{url}?db=0"
            os.environ["DATABASE_URL"] = servers.PostgreSQL(cluster.folder, postgresql.pid).url("torture")
        _set_up(store)
        number = (100 if short else 3000) if worlds is None else worlds
        course = Course(report, short, number, postgresql, redis, place, only)
        from tests.torture import parts

        parts.run(course)
    return 1 if report.failures else 0


def _set_up(store: str) -> None:
    """Give the worlds, which are asked in this process, a database of their own."""
    if store == "postgres":
        databases.create("torture")
    else:
        file = run_environment.folder() / "worlds.sqlite3"
        databases.fill(file)
        os.environ["WORLDS"] = str(file)
    os.environ["DJANGO_SETTINGS_MODULE"] = "gitlab_internal.settings"
    import django

    if store == "sqlite":
        os.environ["DATABASE_URL"] = f"sqlite:///{os.environ['WORLDS']}"
    django.setup()
    # What is prepared to fail is told in the table.
    logging.disable(logging.CRITICAL)
    if store == "sqlite":
        del os.environ["DATABASE_URL"]  # instances have a file of their own
