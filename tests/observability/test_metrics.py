"""What Prometheus reads, where, and under which names."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django_tasks_db.models import DBTaskResult
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from apps.core.jobs import leases
from apps.core.observability import metric_files
from apps.core.observability.instruments import RECORDED
from apps.operations.monitoring import exposition, gauges
from apps.operations.monitoring.port import URLS, MetricsPortMiddleware
from apps.server.listening import LISTENER
from tests.callers import Caller
from tests.factories.agent import AgentFactory, issue_token
from tests.git_access.slow_jobs import linger
from tests.instances import environment, prepared_folder
from tests.operations.test_serve import serving

PREFIX = "gitlab_internal_"


def counted(name: str, **labels: str) -> float:
    return RECORDED.get_sample_value(f"{PREFIX}{name}", labels) or 0


def measured(text: str) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels."""
    return {
        (sample.name.removeprefix(PREFIX), *(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.django_db
class TestRequests:
    def test_each_is_counted_by_method_route_and_class_of_status(self, shell: Caller) -> None:
        labels = {"method": "GET", "route": "/api/v4/internal/check", "status": "2xx"}
        before = counted("requests_total", **labels)

        shell.get("check")
        shell.get("check", key_id=1)

        assert counted("requests_total", **labels) == before + 2

    def test_each_is_timed(self, shell: Caller) -> None:
        labels = {"method": "GET", "route": "/api/v4/internal/check"}
        before = counted("request_duration_seconds_count", **labels)

        shell.get("check")

        assert counted("request_duration_seconds_count", **labels) == before + 1

    def test_what_a_caller_invents_makes_no_new_series(self, client: Client) -> None:
        labels = {"method": "other", "route": "unknown", "status": "4xx"}
        before = counted("requests_total", **labels)

        for number in range(3):
            client.generic(f"METHOD{number}", f"/nothing/{number}")

        assert counted("requests_total", **labels) == before + 3

    def test_a_parameter_of_a_path_makes_no_new_series(self, shell: Caller) -> None:
        route = "/api/v4/namespaces/<namespace:namespace>/gitlab_subscription"
        before = counted("requests_total", method="GET", route=route, status="4xx")

        for path in ("1", "gnuwget%2Fwget2", "1"):
            shell.request("GET", f"/api/v4/namespaces/{path}/gitlab_subscription")

        assert counted("requests_total", method="GET", route=route, status="4xx") == before + 3

    def test_the_pages_of_the_admin_site_are_one_route(self, client: Client) -> None:
        before = counted("requests_total", method="GET", route="/admin/", status="3xx")

        for path in ("/admin/", "/admin/directory/user/"):
            client.get(path)

        assert counted("requests_total", method="GET", route="/admin/", status="3xx") == before + 2


@pytest.mark.django_db
class TestGauges:
    def test_the_queue_is_counted_by_state(self, now: datetime) -> None:
        for state in ("READY", "RUNNING", "FAILED", "SUCCESSFUL"):
            DBTaskResult.objects.filter(pk=linger.enqueue("x", 0).id).update(
                status=state, enqueued_at=now - timedelta(seconds=90)
            )
        DBTaskResult.objects.filter(pk=linger.enqueue("x", 0).id).update(run_after=now + timedelta(seconds=9))

        found = {
            (sample.name, *sample.labels.values()): sample.value
            for family in gauges.queue(now)
            for sample in family.samples
        }

        assert found == {
            ("gitlab_internal_queue_jobs", "waiting"): 1,
            ("gitlab_internal_queue_jobs", "delayed"): 1,
            ("gitlab_internal_queue_jobs", "running"): 1,
            ("gitlab_internal_queue_jobs", "failed"): 1,
            ("gitlab_internal_queue_oldest_seconds",): 90,
        }

    def test_workers_agents_and_secrets_are_measured(self, now: datetime) -> None:
        leases.renew("somebody")
        for last in (now, now - timedelta(hours=2), None):
            agent = AgentFactory.create()
            issue_token(agent)
            agent.tokens.update(last_used_at=last)

        found = measured(exposition.render().decode())

        assert found["workers",] == 1
        assert 0 <= found["worker_heartbeat_age_seconds",] < 60
        assert [found["agents", state] for state in ("connected", "silent", "never_seen")] == [1, 1, 1]
        assert found["secret_age_seconds", "shell", "current"] > 0
        assert found["scrape_failures",] == 0

    def test_what_cannot_be_measured_is_counted_and_the_rest_is_told(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(now: datetime) -> Iterator[None]:
            raise OSError

        monkeypatch.setattr(gauges, "MEASURES", (broken, gauges.workers))

        found = measured(exposition.render().decode())

        assert (found["scrape_failures",], found["workers",]) == (1, 0)


@pytest.mark.parametrize(
    ("bind", "environ", "here"),
    [
        ("127.0.0.1:9168", {LISTENER: "127.0.0.1:9168"}, True),
        ("[::]:9168", {LISTENER: ":::9168"}, True),
        ("127.0.0.1:9168", {LISTENER: "127.0.0.1:80"}, False),
        ("127.0.0.1:9168", {LISTENER: "unix:/run/a:9168"}, False),
        ("127.0.0.1:9168", {"SERVER_PORT": "9168"}, False),
        ("unix:/run/m.sock", {LISTENER: "unix:/run/m.sock"}, True),
        ("unix:/run/m.sock", {LISTENER: "unix:/run/api.sock"}, False),
        ("", {LISTENER: "unix:/run/api.sock"}, False),
        ("", {LISTENER: "127.0.0.1:80"}, False),
        ("", {}, False),
    ],
)
def test_only_the_socket_of_the_metrics_leads_to_them(
    settings: Settings, bind: str, environ: dict[str, object], here: bool
) -> None:
    settings.METRICS_BIND = bind
    seen: list[object] = []

    def answer(request: HttpRequest) -> HttpResponse:
        seen.append(getattr(request, "urlconf", None))
        return HttpResponse()

    request = HttpRequest()
    request.META = environ

    MetricsPortMiddleware(answer)(request)

    assert seen == [URLS if here else None]


def test_files_of_an_earlier_run_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are in memory: a full disk kills whoever writes to a mapped file that has no room yet."""
    monkeypatch.delenv(metric_files.VARIABLE, raising=False)
    monkeypatch.setattr(metric_files, "MEMORY", tmp_path / "memory")
    folder = metric_files.place(tmp_path)
    (folder / "counter_1.db").touch()

    shared = metric_files.share(tmp_path)

    assert (shared, folder.parent) == ({metric_files.VARIABLE: str(folder)}, tmp_path / "memory")
    assert list(folder.iterdir()) == []
    monkeypatch.setenv(metric_files.VARIABLE, str(folder))
    metric_files.remove()
    assert not folder.exists()


def test_what_cannot_be_made_in_memory_is_made_in_the_instances_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metric_files, "MEMORY", tmp_path / "file")
    (tmp_path / "file").touch()

    assert metric_files.place(tmp_path) == tmp_path / "metrics"
    monkeypatch.setenv(metric_files.VARIABLE, str(tmp_path / "metrics"))
    metric_files.remove()
    assert (tmp_path / "metrics").exists()


def test_a_folder_that_somebody_shares_already_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "counter_1.db").touch()
    monkeypatch.setenv(metric_files.VARIABLE, str(tmp_path))

    assert metric_files.share(tmp_path / "other") == {metric_files.VARIABLE: str(tmp_path)}
    assert len(list(tmp_path.iterdir())) == 1


@contextmanager
def served() -> Iterator[tuple[str, str]]:
    """Run web server and worker; yield the address of the service and that of the metrics."""
    with prepared_folder() as (data, database):
        settings = environment(data, METRICS_BIND="127.0.0.1:0", **database)
        with serving(settings, "--port", "0") as process:
            assert process.stdout
            found: dict[bytes, str] = {}
            for line in process.stdout:
                if match := re.match(rb"(Address|Metrics)    (http\S+)", line):
                    found[match[1]] = match[2].decode()
                if b"Metrics" in found:
                    break
            yield found[b"Address"], found[b"Metrics"]


def status_of(url: str) -> int:
    try:
        with urlopen(url) as answer:  # noqa: S310 -- loopback
            return int(answer.status)
    except HTTPError as error:
        return error.code


def numbers_at(metrics: str) -> dict[tuple[str, ...], float]:
    with urlopen(metrics) as answer:  # noqa: S310 -- loopback
        assert answer.headers["Content-Type"].startswith("text/plain")
        return measured(answer.read().decode())


def test_a_served_instance_tells_the_numbers_of_all_its_processes_on_the_other_port_only() -> None:
    with served() as (address, metrics):
        for _ in range(20):
            assert status_of(f"{address}/-/liveness") == 200
        found = numbers_at(metrics)
        for _ in range(300):  # the worker starts beside the web server
            if found["workers",]:
                break
            time.sleep(0.1)
            found = numbers_at(metrics)
        elsewhere = [status_of(f"{address}/metrics"), status_of(metrics.replace("/metrics", "/admin/"))]

    assert found["requests_total", "GET", "/-/liveness", "2xx"] == 20
    assert found["workers",] == 1
    assert elsewhere == [404, 404]
