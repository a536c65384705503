"""Where the instance keeps its data: database, shared store, files, clock."""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from apps.core import moments
from apps.core.counting import counted
from apps.core.postgresql import functions
from apps.core.shared_store import write_probe
from apps.core.shared_store.store import store
from apps.operations.doctor.finding import Diagnosis

MIN_FREE_BYTES = 1024**3
MIN_FREE_SHARE = 0.05
MAX_SKEW = timedelta(seconds=30)  # Gitaly refuses tokens that are farther off


def database(*, now: datetime) -> Iterator[Diagnosis]:
    """It answers, it can be written, and its settings are those that the instance relies on."""
    version = ".".join(map(str, connection.get_database_version()))
    if connection.vendor == "sqlite":
        mode = _value("PRAGMA journal_mode")
        wal = (
            "" if mode == "wal" else "Let `PRAGMA journal_mode=WAL` succeed: no network file system below it."
        )
        yield Diagnosis(f"SQLite {version}, journal mode {mode}", wal)
    else:
        replica = _value("SELECT pg_is_in_recovery()")
        advice = "Point DATABASE_URL at the primary: this server takes no writes." if replica else ""
        yield Diagnosis(f"PostgreSQL {version}, {'replica' if replica else 'primary'}", advice)

    try:
        write_probe.write()
    except DatabaseError as error:
        reason = next(iter(str(error).splitlines()), "")
        advice = "Make room, or end what holds its lock: until then every push is rejected."
        yield Diagnosis(f"It takes no writes within {write_probe.PATIENCE} s: {reason}", advice)


def migrations(*, now: datetime) -> Iterator[Diagnosis]:
    """The tables are those of this version."""
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    advice = "Run `manage.py migrate`." if pending else ""
    yield Diagnosis(f"{counted(len(pending), 'migration')} pending", advice)
    if other := functions.outdated():
        yield Diagnosis(f"functions of another release: {', '.join(other)}", "Run `manage.py migrate`.")


def shared_store(*, now: datetime) -> Iterator[Diagnosis]:
    """Counters and notices have a place."""
    name = "Redis" if settings.REDIS_URL else "The database as shared store"
    if store().ping():
        yield Diagnosis(f"{name} takes writes")
    else:
        yield Diagnosis(f"{name} takes no writes", "Start it, make room, or correct REDIS_URL.")


def static_files(*, now: datetime) -> Iterator[Diagnosis]:
    """The admin site has its styles."""
    found = (settings.STATIC_ROOT / "staticfiles.json").is_file()
    yield Diagnosis(
        f"{settings.STATIC_ROOT} is {'filled' if found else 'empty'}",
        "" if found else "Run `manage.py collectstatic --no-input`.",
    )


def clock(*, now: datetime) -> Iterator[Diagnosis]:
    """Tokens hold for seconds; the clock is that of the database, and did not go back."""
    skew = abs(now - _latest_moment(now))
    advice = "" if skew <= MAX_SKEW else "Synchronise the clocks (chrony, systemd-timesyncd)."
    yield Diagnosis(f"The clock is {skew.total_seconds():.0f} s off the database's", advice)


def _latest_moment(now: datetime) -> datetime:
    """The database server's clock; on SQLite, which has none, now unless something was written later."""
    if connection.vendor != "sqlite":
        moment: datetime = _value("SELECT clock_timestamp()")
        return moment
    latest = MigrationRecorder(connection).migration_qs.order_by("-applied").values_list("applied", flat=True)
    return max(filter(None, [now, moments.read(latest.first())]))


def disk(*, now: datetime) -> Iterator[Diagnosis]:
    """The folder of the instance can be written and has room."""
    usage = shutil.disk_usage(settings.DATA)
    fact = f"{usage.free / 1024**3:.1f} of {usage.total / 1024**3:.1f} GiB free below {settings.DATA}"
    full = usage.free < min(MIN_FREE_BYTES, usage.total * MIN_FREE_SHARE)
    yield Diagnosis(fact, "Make room: a full disk stops SQLite, secrets and backups." if full else "")
    if not os.access(settings.DATA, os.W_OK):
        yield Diagnosis(f"{settings.DATA} cannot be written", "Give it to the user who runs the instance.")


def _value(query: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]
