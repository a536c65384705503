"""Another program holds SQLite's one place for a writer: who only reads finds a thread."""

import base64
import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.environment import SHELL_SECRET_NAME
from tests.instances import Answer, Instance, running_instance

pytestmark = pytest.mark.skipif("DATABASE_URL" in os.environ, reason="PostgreSQL has many writers")

THREADS = 4
WRITERS = 10
HELD = 5.0  # seconds
QUICK = 1.5
INTERNAL = "/api/v4/internal"


@pytest.fixture
def instance() -> Iterator[Instance]:
    with running_instance(WEB_CONCURRENCY="1", WEB_THREADS=str(THREADS)) as running:
        yield running


def ask(instance: Instance, method: str, path: str, body: object = None) -> Answer:
    secret = base64.b64encode((instance.data / SHELL_SECRET_NAME).read_bytes()).decode()
    headers = {"Gitlab-Shared-Secret": secret, "Content-Type": "application/json"}
    return instance.request(method, f"{INTERNAL}/{path}", json.dumps(body) if body else None, headers)


def test_lookups_go_on_while_many_wait_to_write(instance: Instance) -> None:
    finished = {"gl_repository": "project-1", "identifier": "user-1", "changes": "0 1 refs/heads/a\n"}
    answers: list[Answer] = []

    def push() -> None:
        answers.append(ask(instance, "POST", "post_receive", finished))

    pushers = [threading.Thread(target=push) for _ in range(WRITERS)]
    with closing(sqlite3.connect(instance.data / "db.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        for pusher in pushers:
            pusher.start()
        time.sleep(2.5)  # those who find no place among the waiting have gone
        waits = []
        while time.monotonic() - began < HELD:
            asked = time.monotonic()
            assert ask(instance, "GET", "discover?key_id=11").status == 200
            waits.append(time.monotonic() - asked)
            time.sleep(0.1)
        other.execute("ROLLBACK")
    for pusher in pushers:
        pusher.join()

    assert max(waits) < QUICK
    assert [answer.status for answer in answers] == [200] * WRITERS
    records = "SELECT COUNT(*) FROM git_access_pushrecord"
    with closing(sqlite3.connect(instance.data / "db.sqlite3")) as stored:
        (recorded,) = stored.execute(records).fetchone()
    journaled = len(list((instance.data / "journal").glob("*.json")))
    assert (recorded, journaled) == (THREADS - 1, WRITERS - THREADS + 1)
