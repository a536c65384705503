"""The measuring process of ``bench.prune``: fills the tables, and removes the oldest tenth of them."""

import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median

from django.core.management import call_command
from django.db import connection
from django.db.models import Model

from apps.git_access.models import GitAuditEvent, PushEvent, PushRecord
from apps.operations import pruning
from apps.operations.pruning import Retention, Stale
from bench.prune import ROW

LIMIT = 100.0  # ms
DAYS, KEPT = 1000, 900  # over which the rows are spread evenly, and which stay
PAUSE = 0.01  # seconds between two rows of the other writer
ALONE = 10.0  # seconds in which nobody is in its way
SERIES = {
    "postgresql": "(SELECT n FROM generate_series(1, {rows}) n) series",
    "sqlite": "(WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {rows})"
    " SELECT n FROM number) series",
}
# When row n was made: the first is the oldest.
MOMENT = {
    "postgresql": "now() - make_interval(secs => {seconds} * (1 - n / {rows}.0))",
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', 'now', '-' || ({seconds} * (1 - n / {rows}.0)) || ' seconds')",
}


def main() -> None:
    """Measure on the database that the environment names; exit with 1 where somebody waited too long."""
    call_command("migrate", verbosity=0, skip_checks=True)
    rows = int(os.environ["ROWS"])
    # A half are audit events, a quarter pushes, and a quarter their refs.
    _fill(GitAuditEvent(verb="pull"), rows // 2, created_at=_moment)
    _fill(PushRecord(gl_repository="project-1"), rows // 4, received_at=_moment, processed_at=_moment)
    _fill(PushEvent(record_id=1, kind="pushed"), rows // 4, created_at=_moment, record_id=lambda _: "n")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    found = pruning.stale(Retention(pushes=KEPT, git_audit=KEPT), now=datetime.now(UTC))
    chosen = [
        each for each in found if isinstance(each, Stale) and each.kind in {"pushes", "Git audit events"}
    ]
    sys.exit(max(_remove(each, there=rows // 4 if each.kind == "pushes" else rows // 2) for each in chosen))


def _moment(rows: int) -> str:
    return MOMENT[connection.vendor].format(rows=rows, seconds=DAYS * 24 * 3600)


def _fill(model_row: Model, rows: int, **varying: Callable[[int], str]) -> None:
    """Write copies of one row, all but the columns that are said to vary."""
    fields = [each for each in model_row._meta.concrete_fields if not each.primary_key]
    values = {
        each.attname: each.get_db_prep_save(each.pre_save(model_row, True), connection) for each in fields
    }
    parts = [varying[name](rows) if name in varying else "%s" for name in values]
    statement = (
        f"INSERT INTO {model_row._meta.db_table} ({', '.join(str(each.column) for each in fields)})"
        f" SELECT {', '.join(parts)} FROM {SERIES[connection.vendor].format(rows=rows)} ORDER BY n"
    )
    constant = [value for name, value in values.items() if name not in varying]
    with connection.cursor() as cursor:
        cursor.execute(statement.replace("%Y-%m-%d %H:%M:%f", "%%Y-%%m-%%d %%H:%%M:%%f"), constant)


def _remove(stale: Stale, *, there: int) -> int:
    with Neighbour() as undisturbed:
        time.sleep(ALONE)
    batches: list[float] = []
    removed = 0
    with Neighbour() as neighbour:
        began = last = time.perf_counter()
        for count in stale.remove():
            removed += count
            now = time.perf_counter()
            batches.append((now - last) * 1000)
            last = now
        took = time.perf_counter() - began
    longest, waited, alone = max(batches), neighbour.longest, undisturbed.longest
    print(
        ROW.format(
            connection.vendor, stale.kind, there, removed, round(removed / took),
            f"{median(batches):.1f}", f"{longest:.1f}", f"{waited:.1f}", f"{alone:.1f}",
        ),
        flush=True,
    )  # fmt: skip
    return int(waited - alone > LIMIT)


@dataclass
class Neighbour:
    """Somebody who writes a row again and again meanwhile, and how long each took."""

    waits: list[float] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    @property
    def longest(self) -> float:
        """Milliseconds of the longest."""
        return max(self.waits) * 1000

    def __enter__(self) -> "Neighbour":
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._ended.set()
        if self._thread:
            self._thread.join()

    def _write(self) -> None:
        while not self._ended.wait(PAUSE):
            began = time.perf_counter()
            GitAuditEvent.objects.create(verb="push", created_at=datetime.now(UTC) + timedelta(days=1))
            self.waits.append(time.perf_counter() - began)
        connection.close()
