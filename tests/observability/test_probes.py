"""Load balancers ask by address, without a credential, and are told no more than they need."""

from datetime import datetime
from pathlib import Path

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from pytest_django import Settings

from apps.core.jobs import leases
from apps.operations.monitoring import readiness
from apps.operations.monitoring.readiness import State

PROBES = ("/-/health", "/-/liveness", "/-/readiness")
ALL_WELL = {
    "database": "ok",
    "migrations": "ok",
    "shared_store": "ok",
    "secret_files": "ok",
    "worker": "ok",
}


@pytest.fixture
def client() -> Client:
    """Somebody who knows the address and no name."""
    return Client(headers={"host": "203.0.113.7"})


@pytest.fixture(autouse=True)
def _no_gitaly(settings: Settings) -> None:
    settings.GITALY_STORAGES = {}


def test_health_is_one_line_of_text_and_reads_nothing(client: Client) -> None:
    response = client.get("/-/health")

    assert (response.status_code, response.content, response["Content-Type"]) == (
        200,
        b"GitLab OK",
        "text/plain",
    )


def test_liveness_reads_nothing(client: Client) -> None:
    response = client.get("/-/liveness")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_an_instance_that_has_all_it_needs_is_ready(client: Client) -> None:
    leases.renew("somebody")

    response = client.get("/-/readiness")

    assert (response.status_code, response.json()) == (200, {"status": "ok", "checks": ALL_WELL})


@pytest.mark.django_db
def test_without_worker_or_gitaly_it_is_ready_and_says_so(client: Client, settings: Settings) -> None:
    settings.GITALY_STORAGES = {"default": {"address": "unix:/nonexistent.socket"}}

    response = client.get("/-/readiness")

    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "checks": {**ALL_WELL, "worker": "degraded", "gitaly": "degraded"},
    }


@pytest.mark.django_db
def test_without_the_secret_of_its_callers_it_is_not_ready(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    leases.renew("somebody")
    settings.SHELL_SECRET_FILE = tmp_path / "nothing"
    settings.SHELL_PREVIOUS_SECRET_FILE = tmp_path / "nothing.previous"

    response = client.get("/-/readiness")

    assert response.status_code == 503
    assert response.json() == {"status": "failed", "checks": {**ALL_WELL, "secret_files": "failed"}}


@pytest.mark.django_db
def test_without_database_it_is_not_ready_and_tells_no_reason(client: Client) -> None:
    def break_down(*_: object) -> None:
        raise DatabaseError("could not connect to 10.0.0.1 as gitlab")

    with connection.execute_wrapper(break_down):
        response = client.get("/-/readiness")

    assert response.status_code == 503
    assert response.json()["checks"]["database"] == "failed"
    assert "10.0.0.1" not in response.content.decode()


@pytest.mark.django_db
def test_a_database_that_lacks_a_migration_is_not_ready(now: datetime) -> None:
    readiness._applied.clear()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'shared_store'")

    found = readiness.look(now=now)

    assert found.checks["migrations"] == State.FAILED
    assert not found.ready


@pytest.mark.parametrize("path", PROBES)
def test_a_probe_only_looks(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("path", PROBES)
def test_no_probe_may_be_kept_by_a_proxy(client: Client, path: str) -> None:
    assert "no-store" in client.get(path)["Cache-Control"]


@pytest.mark.parametrize("path", ["/metrics", "/-/metrics"])
def test_the_port_of_the_service_has_no_metrics(client: Client, path: str) -> None:
    assert client.get(path, headers={"host": "localhost"}).status_code == 404
