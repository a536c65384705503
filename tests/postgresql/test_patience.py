"""PostgreSQL that answers late, or never, or has no connection left."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.core.postgresql import crowding, patience
from apps.operations.monitoring import gauges, readiness
from tests.callers import Caller
from tests.servers import PostgreSQL, postgresql

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    connection.close()
    yield
    connection.close()
    crowding._TIME.pack_into(crowding._shared, 0, 0.0)


def test_a_statement_takes_no_longer_than_its_request_waits() -> None:
    started = time.monotonic()

    with pytest.raises(OperationalError), patience.at_most(0.3), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(20)")

    assert time.monotonic() - started < 5
    connection.close_if_unusable_or_obsolete()
    with connection.cursor() as cursor:  # another connection
        cursor.execute("SELECT 1")


def test_a_connection_that_is_closed_already_does_not_end_the_watch() -> None:
    watch = patience.Watch()
    closed = connection.get_new_connection(connection.get_connection_params())
    closed.close()

    with patience.at_most(0.001), watch.over(closed):  # whose number nobody can ask for
        time.sleep(3 * patience.TICK)
    with (
        closing(connection.get_new_connection(connection.get_connection_params())) as slow,
        pytest.raises(psycopg2.OperationalError),
        patience.at_most(0.3),
        watch.over(slow),
        slow.cursor() as cursor,
    ):
        cursor.execute("SELECT pg_sleep(20)")


def test_a_commit_is_watched_too() -> None:
    statements = (
        "CREATE TEMPORARY TABLE slow (id int)",
        "CREATE FUNCTION pg_temp.wait() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN PERFORM pg_sleep(20); RETURN NULL; END'",
        "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION pg_temp.wait()",
        "INSERT INTO slow VALUES (1)",
    )
    started = time.monotonic()

    def insert_and_commit() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    with pytest.raises(OperationalError), patience.at_most(0.5):
        insert_and_commit()

    assert time.monotonic() - started < 10


def test_whoever_has_no_limit_waits() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.5), current_setting('statement_timeout')")
        assert cursor.fetchone() == ("", "0")


def test_the_server_is_told_of_the_longest_limit(settings: Settings) -> None:
    settings.DATABASE_PUSH_TIMEOUT = 7

    with patience.at_most(5), connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("7s",)


@contextmanager
def frozen(server: PostgreSQL) -> Iterator[None]:
    """Stop every process of a server: its kernel still takes connections."""
    pids = [server.pid, *_children(server.pid)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def connected_to(server: PostgreSQL) -> Iterator[None]:
    """Let Django's connection lead to another server."""
    before = dict(connection.settings_dict)
    folder = str(server.folder)
    connection.settings_dict.update(HOST=folder, NAME="postgres", USER="postgres", PASSWORD="")
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def test_a_frozen_server_makes_nobody_wait_for_long(
    settings: Settings, shell: Caller, client: Client
) -> None:
    settings.DATABASE_LOOKUP_TIMEOUT = 1
    with postgresql() as server, connected_to(server):
        connection.ensure_connection()
        with frozen(server):
            assert during(lambda: shell.get("discover", user_id=1).status_code) == 503
            assert during(lambda: client.get("/-/readiness").status_code) == 503
            assert during(lambda: client.get("/-/liveness").status_code) == 200
            assert during(lambda: shell.get("check").status_code) == 200
            assert during(missing_gauges) == 3


def missing_gauges() -> int:
    """Return how many groups of gauges a scrape lacks."""
    found = {metric.name: metric for metric in gauges.Gauges(now=timezone.now()).collect()}
    return int(found["gitlab_internal_scrape_failures"].samples[0].value)


def during(ask: Callable[[], int]) -> int:
    """Return the status, which must come: the frozen server never answers, a busy machine is slow."""
    started = time.monotonic()
    status = ask()
    assert time.monotonic() - started < readiness.PATIENCE + 15
    return status


def test_threads_lend_connections_to_one_another_where_there_are_too_few(settings: Settings) -> None:
    settings.DATABASE_CONNECT_WAIT = 20
    failed: list[Exception] = []

    def work() -> None:
        try:
            for _ in range(5):
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(0.01)")
                connection.close_if_unusable_or_obsolete()
                time.sleep(0.01)
        except Exception as error:  # told by the test's own thread
            failed.append(error)
        finally:
            connection.close()

    # three are kept for administrators
    with postgresql("max_connections=6") as server:
        role = "CREATE ROLE few LOGIN CONNECTION LIMIT 3"
        with closing(psycopg2.connect(host=str(server.folder), user="postgres")) as admin:
            admin.autocommit = True
            admin.cursor().execute(role)
        url = {"HOST": str(server.folder), "NAME": "postgres", "USER": "few", "PASSWORD": ""}
        before = dict(connection.settings_dict)
        connection.settings_dict.update(url)
        try:
            threads = [threading.Thread(target=work) for _ in range(12)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            connection.settings_dict.update(before)

    assert failed == []


def test_where_none_becomes_free_it_is_said_after_a_while(settings: Settings) -> None:
    settings.DATABASE_CONNECT_WAIT = 0.3

    with postgresql("max_connections=4", "superuser_reserved_connections=0") as server:
        held = [psycopg2.connect(host=str(server.folder), user="postgres") for _ in range(4)]
        before = dict(connection.settings_dict)
        connection.settings_dict.update(HOST=str(server.folder), NAME="postgres", USER="postgres")
        try:
            with pytest.raises(OperationalError, match="too many clients"):
                connection.ensure_connection()
        finally:
            connection.settings_dict.update(before)
            for each in held:
                each.close()
    assert crowding.is_lending_time()
