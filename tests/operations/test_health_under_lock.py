"""Another program holds SQLite's one place for a writer: every probe says so, within two seconds."""

import base64
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.environment import SHELL_SECRET_NAME
from tests.instances import Instance, running_instance

pytestmark = pytest.mark.skipif("DATABASE_URL" in os.environ, reason="PostgreSQL has no such place")


@pytest.fixture
def locked() -> Iterator[Instance]:
    """An instance whose database somebody else is writing to."""
    with (
        running_instance() as instance,
        closing(sqlite3.connect(instance.data / "db.sqlite3", isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        yield instance


def test_no_probe_is_content_and_none_waits_long(locked: Instance) -> None:
    secret = base64.b64encode((locked.data / SHELL_SECRET_NAME).read_bytes()).decode()
    began = time.monotonic()
    check = locked.request("GET", "/api/v4/internal/check", headers={"Gitlab-Shared-Secret": secret})
    ready = locked.request("GET", "/-/readiness")
    took = time.monotonic() - began

    assert check.json()["redis"] is False
    assert (ready.status, ready.json()["checks"]["database"]) == (503, "failed")
    assert took < 15  # two seconds each, on a busy machine; a writer would wait for 30
