"""How often one actor may ask for the same thing; counted only where there is Redis."""

from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from apps.directory.models import Project
from apps.ssh_keys.models import Key
from tests import servers
from tests.callers import Caller
from tests.git_access.allowed.asking import GRANTED, HIDDEN, PULL, PUSH, ask, outcome, owner, pull, push

pytestmark = pytest.mark.django_db

LIMIT = 3


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with servers.redis_server() as server:
        yield server.url


@pytest.fixture
def limited(redis_url: str, settings: Settings) -> Iterator[None]:
    """Three requests a minute, with nothing counted yet."""
    settings.REDIS_URL, settings.GITLAB_SHELL_OPERATION_LIMIT = redis_url, LIMIT
    yield
    redis.Redis.from_url(redis_url).flushall()


def test_one_more_than_the_limit_is_refused(shell: Caller, project: Project, key: Key, limited: None) -> None:
    responses = [pull(shell, key, project) for _ in range(LIMIT + 1)]

    assert [outcome(response) for response in responses[:-1]] == [GRANTED] * LIMIT
    assert responses[-1].status_code == 429
    assert responses[-1].json() == {
        "message": "This endpoint has been requested too many times. Try again later."
    }
    assert 0 < int(responses[-1].headers["Retry-After"]) <= 60


def test_it_is_counted_before_anything_else_is_known(shell: Caller, key: Key, limited: None) -> None:
    statuses = [pull(shell, key, "no/where").status_code for _ in range(LIMIT)]

    with CaptureQueriesContext(connection) as queries:
        response = pull(shell, key, "no/where")

    assert statuses == [404] * LIMIT
    assert response.status_code == 429
    assert len(queries) == 0


@pytest.mark.parametrize("change", [
    {"action": PUSH}, {"project": "other/project"}, {"gl_repository": "project-999"}, {"actor": "user"},
    {"actor": "nobody"},
], ids=str)  # fmt: skip
def test_another_command_repository_or_actor_is_counted_apart(
    shell: Caller, project: Project, key: Key, limited: None, change: dict[str, Any]
) -> None:
    for _ in range(LIMIT + 1):
        pull(shell, key, project)
    actors = {"user": owner(key), "nobody": None}
    more = {name: value for name, value in change.items() if name != "actor"}

    response = ask(shell, PULL, actors.get(change.get("actor", ""), key), project, **more)

    assert response.status_code != 429


def test_what_else_differs_does_not_matter(shell: Caller, project: Project, key: Key, limited: None) -> None:
    more: list[dict[str, Any]] = [{"protocol": "http"}, {"changes": None}, {"check_ip": "192.0.2.1"}]

    statuses = [pull(shell, key, project, **given).status_code for given in [*more, {}]]

    assert statuses == [200, 200, 200, 429]


def test_malformed_input_is_not_counted(shell: Caller, project: Project, key: Key, limited: None) -> None:
    for _ in range(LIMIT + 1):
        pull(shell, key, project, protocol="")
        pull(shell, key, project, gl_repository="x")

    assert outcome(pull(shell, key, project)) == GRANTED


def test_zero_switches_it_off(
    shell: Caller, project: Project, key: Key, limited: None, settings: Settings
) -> None:
    settings.GITLAB_SHELL_OPERATION_LIMIT = 0

    statuses = {pull(shell, key, project).status_code for _ in range(LIMIT + 2)}

    assert statuses == {200}


def test_without_redis_nothing_is_counted(
    shell: Caller, project: Project, key: Key, settings: Settings
) -> None:
    settings.REDIS_URL, settings.GITLAB_SHELL_OPERATION_LIMIT = "", 1

    statuses = {push(shell, key, project).status_code for _ in range(3)}

    assert statuses == {200}


def test_a_redis_that_is_down_stops_nobody(shell: Caller, key: Key, settings: Settings) -> None:
    settings.REDIS_URL, settings.GITLAB_SHELL_OPERATION_LIMIT = "redis://127.0.0.1:1/0", 1

    said = [outcome(pull(shell, key, "no/where")) for _ in range(3)]

    assert said == [HIDDEN] * 3
