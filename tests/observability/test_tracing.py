"""Traces go to an OTLP endpoint where one is configured; elsewhere nothing of them is even loaded."""

import base64
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.contrib.auth.hashers import make_password
from pytest_django import Settings

from apps.core import correlation
from apps.core.jobs.worker import DurableWorker
from apps.core.observability import tracing
from tests.callers import Caller
from tests.environment import SHELL_SECRET
from tests.factories.directory import ProjectFactory, UserFactory
from tests.git_access.slow_jobs import linger
from tests.instances import ROOT, running_instance
from tests.observability.receivers import Receiver, attributes_of, receiving

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
ALLOWED = "POST /api/v4/internal/allowed"


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """Trace this process for the time of a test."""
    with receiving() as receiver:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        tracing.start()
        yield receiver
        tracing.stop()


@pytest.mark.django_db
def test_a_request_is_a_span_within_the_trace_of_its_caller(shell: Caller, receiver: Receiver) -> None:
    user = UserFactory.create()
    body = {"action": "git-upload-pack", "protocol": "ssh", "changes": "_any", "project": "no/where"}
    headers = {"traceparent": PARENT, "X-Request-Id": "from-the-caller"}

    shell.request("POST", "allowed", {**body, "user_id": user.pk}, format="json", headers=headers)
    tracing.stop()

    (span,) = receiver.named(ALLOWED)
    assert span.trace_id.hex() == PARENT.split("-")[1]
    assert span.parent_span_id.hex() == PARENT.split("-")[2]
    attributes = attributes_of(span)
    assert attributes.pop("rule") == "container-exists"
    assert attributes == {
        "http.request.method": "POST",
        "http.route": "/api/v4/internal/allowed",
        "http.response.status_code": 404,
        "correlation_id": "from-the-caller",
        "caller": "gitlab-shell",
        "user_id": user.pk,
        "decision": "refused",
        "refusal": "Hidden",
    }
    assert receiver.services == {"gitlab-internal"}


@pytest.mark.django_db
def test_statements_of_the_database_are_spans_of_their_request(shell: Caller, receiver: Receiver) -> None:
    shell.get("discover", username="somebody-special")
    tracing.stop()

    (request,) = receiver.named("GET /api/v4/internal/discover")
    statements = receiver.named("SELECT")
    assert statements
    assert {span.parent_span_id for span in statements} == {request.span_id}
    assert "directory_user" in attributes_of(statements[-1])["db.query.text"]
    assert "somebody-special" not in "".join(receiver.texts)


@pytest.mark.django_db
def test_a_call_to_gitaly_is_a_span_with_its_code(
    shell: Caller, receiver: Receiver, settings: Settings
) -> None:
    settings.GITALY_STORAGES = {"default": {"address": "unix:/nonexistent.socket", "token": "hush-hush"}}
    project = ProjectFactory.create(visibility_level=20)
    body = {"action": "git-upload-pack", "protocol": "ssh", "changes": "_any", "project": project.full_path}

    shell.post("allowed", **body, user_id=UserFactory.create().pk)
    tracing.stop()

    spans = receiver.named("gitaly.RepositoryService/RepositoryExists")
    assert len(spans) == 2  # what only reads is tried once more at once
    for span in spans:
        attributes = attributes_of(span)
        assert attributes["rpc.service"] == "gitaly.RepositoryService"
        assert attributes["rpc.method"] == "RepositoryExists"
        assert span.status.code == span.status.STATUS_CODE_ERROR
    assert "hush-hush" not in "".join(receiver.texts)


@pytest.mark.django_db(transaction=True)
def test_a_job_is_a_span_under_the_id_of_its_cause(receiver: Receiver, tmp_path: object) -> None:
    linger.enqueue(f"{tmp_path}/marks", 0)

    DurableWorker(worker_id="here", interval=0, batch=True).work()
    tracing.stop()

    (span,) = receiver.named("job tests.git_access.slow_jobs.linger")
    assert attributes_of(span) == {"task": "tests.git_access.slow_jobs.linger", "outcome": "successful"}


def test_work_under_an_id_carries_it(receiver: Receiver) -> None:
    with tracing.job("job some", task="some"), correlation.bound("abc"):
        pass
    tracing.stop()

    (span,) = receiver.named("job some")
    assert attributes_of(span)["correlation_id"] == "abc"


@pytest.mark.django_db
def test_no_secret_is_in_a_trace(stranger: Caller, receiver: Receiver) -> None:
    encoded = base64.b64encode(SHELL_SECRET.encode()).decode()
    secrets = [SHELL_SECRET.strip(), encoded, "glpat-0123456789abcdefghij", make_password("x")]

    stranger.request("GET", f"check?secret_token={encoded}", headers={"Gitlab-Shared-Secret": encoded})
    stranger.request("POST", "pre_receive", {"secret_token": SHELL_SECRET}, format="json")
    stranger.request("PUT", "upcoming_reconciliations", headers={"PRIVATE-TOKEN": secrets[2]})
    stranger.request("GET", f"/{secrets[2]}")
    tracing.stop()

    assert len([span for span in receiver.spans if span.kind == span.SPAN_KIND_SERVER]) == 4
    assert [secret for secret in secrets if secret in "".join(receiver.texts)] == []


@pytest.mark.parametrize(
    ("variables", "configured"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:1/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_TRACES_EXPORTER": "none"}, False),
    ],
)
def test_the_standard_variables_decide(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], configured: bool
) -> None:
    for name in tracing.ENDPOINTS:
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert tracing.is_configured() == configured


def test_without_an_endpoint_nothing_is_loaded() -> None:
    code = (
        "import sys; from gitlab_internal.wsgi import application; "
        "from django.urls import get_resolver; get_resolver().url_patterns; "
        "from apps.core.observability import tracing; tracing.start(); print(*sys.modules)"
    )

    printed = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    # The client of Redis loads what it wants for numbers of its own; spans, and what sends them, are ours.
    ours = (
        "opentelemetry.sdk.trace",
        "opentelemetry.exporter",
        "opentelemetry.proto",
        "apps.core.observability.otel_spans",
    )
    loaded = printed.stdout.split()
    assert "apps.core.observability.tracing" in loaded
    assert [name for name in loaded if name.startswith(ours)] == []


def test_the_processes_of_gunicorn_send_their_spans() -> None:
    with receiving() as receiver:
        with running_instance(OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url, OTEL_SERVICE_NAME="here") as instance:
            instance.request("GET", "/-/readiness", headers={"traceparent": PARENT})

        assert receiver.services == {"here"}
        (span,) = receiver.named("GET /-/readiness")
        assert span.trace_id.hex() == PARENT.split("-")[1]
        assert receiver.named("SELECT")
