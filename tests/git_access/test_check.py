"""GET /internal/check."""

from unittest.mock import patch

import pytest
from django.db import OperationalError
from pytest_django import DjangoAssertNumQueries, Settings

from apps.core.shared_store.database import DatabaseStore
from tests.callers import Caller

pytestmark = pytest.mark.django_db
BODY = {
    "api_version": "v4",
    "gitlab_version": "12.3.0-pre",
    "gitlab_rev": "d69c988e6a6",
    "redis": True,
    "gitlab_revision": "d69c988e6a6",
}


def test_the_instance_describes_itself(shell: Caller) -> None:
    response = shell.get("check")

    assert response.status_code == 200
    assert response.json() == BODY
    assert list(response.json()) == list(BODY)


def test_the_embedded_store_is_asked_once(
    shell: Caller, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.REDIS_URL = ""

    with django_assert_num_queries(1):
        shell.get("check")


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
