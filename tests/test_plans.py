"""Nothing that is asked all the time reads a whole table: every step of its plan is led by an index."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from pytest_django.fixtures import Settings

from tests import hot_requests
from tests.hot_requests import REQUESTS, World, send

pytestmark = pytest.mark.django_db
# Of these there are a few rows, on the largest instance.
SMALL = frozenset(
    {"directory_featureflag", "directory_terms", "git_access_broadcastmessage", "git_access_maintenance"}
)


@pytest.fixture
def world(settings: Settings, tmp_path: Path) -> World:
    return hot_requests.make_world(settings, tmp_path)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="counts of PostgreSQL")
@pytest.mark.parametrize("name", sorted(REQUESTS.keys() - {"floor"}))
def test_postgresql_reads_by_indexes(world: World, name: str) -> None:
    """It would read all of tables as small as these; where it may not, it still does for lack of an index."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("DISCARD PLANS")
        before = _scans(cursor)

        send(WSGIHandler(), world.environ(name))

        after = _scans(cursor)
    assert {table for table in after if after[table] > before.get(table, 0)} - SMALL == set()


def _scans(cursor: Any) -> dict[str, int]:
    """How often each table was read as a whole in this transaction, inside of functions, too."""
    cursor.execute("SELECT relname, seq_scan FROM pg_stat_xact_user_tables")
    return dict(cursor.fetchall())


@pytest.mark.skipif(connection.vendor != "sqlite", reason="plans of SQLite")
@pytest.mark.parametrize("name", sorted(REQUESTS.keys() - {"floor"}))
def test_sqlite_reads_by_indexes(world: World, name: str) -> None:
    with _statements() as statements:
        send(WSGIHandler(), world.environ(name))

    assert statements
    assert [step for each in statements for step in _scanned(*each)] == []


@contextmanager
def _statements() -> Iterator[list[tuple[str, Any]]]:
    seen: list[tuple[str, Any]] = []

    def watch(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if not many and not sql.startswith(("SAVEPOINT", "RELEASE", "BEGIN", "PRAGMA")):
            seen.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(watch):
        yield seen


def _scanned(sql: str, parameters: Sequence[Any] | dict[str, Any]) -> list[str]:
    """Return the steps that read a whole table; what the statement itself has made is none."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
        steps = [str(step) for *_, step in cursor.fetchall()]
        tables = set(connection.introspection.table_names(cursor)) - SMALL
    made = {step.split()[1] for step in steps if step.startswith(("CO-ROUTINE ", "MATERIALIZE "))}
    scanned = [step for step in steps if step.startswith("SCAN ") and "VIRTUAL TABLE" not in step]
    return [
        step for step in scanned if step.split()[1] not in made and _tables(step.split()[1], sql) & tables
    ]


def _tables(name: str, sql: str) -> set[str]:
    """Return what a name in a plan may stand for: itself, or what the statement gives this name."""
    return {name, *re.findall(rf'(\w+)"?\s+(?:AS\s+)?"?{re.escape(name)}\b', sql)}
