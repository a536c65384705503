"""GET /internal/check."""

from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import Settings

from apps.core.shared_store.database import DatabaseStore
from apps.core.shared_store.models import Entry
from tests.callers import Caller

pytestmark = pytest.mark.django_db
BODY = {
    "api_version": "v4",
    "gitlab_version": "12.3.0-pre",
    "gitlab_rev": "d69c988e6a6",
    "redis": True,
    "gitlab_revision": "d69c988e6a6",
}


def refuse_writes(execute: Any, sql: str, *rest: Any) -> Any:
    """Answer as a database that only reads."""
    if sql.startswith("INSERT"):
        raise OperationalError("attempt to write a readonly database")
    return execute(sql, *rest)


def test_the_instance_describes_itself(shell: Caller) -> None:
    response = shell.get("check")

    assert response.status_code == 200
    assert response.json() == BODY
    assert list(response.json()) == list(BODY)


def test_what_is_tried_leaves_nothing(shell: Caller, settings: Settings) -> None:
    settings.REDIS_URL = ""

    shell.get("check")

    assert not Entry.objects.exists()


def test_a_database_that_only_reads_is_told(shell: Caller) -> None:
    with connection.execute_wrapper(refuse_writes):
        check = shell.get("check").json()
        ready = Client().get("/-/readiness")

    assert check["redis"] is False
    assert (ready.status_code, ready.json()["checks"]["database"]) == (503, "failed")


@pytest.mark.parametrize("failure", [OperationalError("gone"), RuntimeError("anything")])
def test_a_store_that_fails_is_no_error(shell: Caller, settings: Settings, failure: Exception) -> None:
    settings.REDIS_URL = ""

    with patch.object(DatabaseStore, "ping", side_effect=failure):
        response = shell.get("check")

    assert response.status_code == 200
    assert response.json() == {**BODY, "redis": False}


def test_a_redis_that_cannot_be_reached_is_no_error(shell: Caller, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert shell.get("check").json() == {**BODY, "redis": False}


def test_the_check_needs_the_secret(stranger: Caller) -> None:
    response = stranger.get("check")

    assert response.status_code == 401
    assert response.json() == {"message": "401 Unauthorized"}
