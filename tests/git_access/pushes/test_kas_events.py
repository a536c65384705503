"""kas is told of pushes to projects: once each, in the background; one that is away does no harm."""

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import jwt
import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django.fixtures import Settings
from structlog.testing import capture_logs

from apps.core.kas import notifications
from apps.directory.models import Project
from apps.git_access.models import PushRecord
from apps.git_access.pushes.after import kas_events, push_events
from tests.agent import protobuf
from tests.factories.directory import ProjectFactory, UserFactory

pytestmark = pytest.mark.django_db
KEY = bytes(range(32))
OLD, NEW = "0" * 40, "1" * 40


@dataclass
class FakeKas:
    """kas's API listener, which refuses what kas does: another audience, late tokens, half an event."""

    address: str = ""
    told: list[tuple[int, str]] = field(default_factory=list)
    claims: dict[str, Any] = field(default_factory=dict)
    answer: grpc.StatusCode | None = None

    def push(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        metadata = dict(context.invocation_metadata())
        scheme, _, token = str(metadata.get("authorization", "")).partition(" ")
        try:
            self.claims = jwt.decode(
                token, KEY, algorithms=["HS256"], audience="gitlab-kas", options={"require": ["exp", "nbf"]}
            )
        except jwt.PyJWTError:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "unauthenticated")
        assert scheme.lower() == "bearer"
        project = protobuf.inner(request, 1, 1)
        identifier, path = protobuf.number(project, 1), protobuf.inner(project, 2).decode()
        if identifier <= 0 or not path:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "invalid event")
        if self.answer:
            context.abort(self.answer, "as the test wants it")
        self.told.append((identifier, path))
        return b""


@pytest.fixture
def kas(settings: Settings, tmp_path: Path) -> Iterator[FakeKas]:
    settings.KAS_SECRET_FILE = tmp_path / "kas"
    settings.KAS_SECRET_FILE.write_bytes(base64.b64encode(KEY))
    settings.KAS_SECRET_FILE.chmod(0o600)
    settings.INSTANCE_HOST = "gitlab.example.com"
    fake = FakeKas()
    server = grpc.server(ThreadPoolExecutor(2))
    method = grpc.unary_unary_rpc_method_handler(
        fake.push, request_deserializer=bytes, response_serializer=bytes
    )
    service = notifications.METHOD.split("/")[1]
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler(service, {"GitPushEvent": method}),)
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    fake.address = settings.GITLAB_KAS = f"grpc://127.0.0.1:{port}"
    try:
        yield fake
    finally:
        server.stop(grace=0).wait()


def pushed(gl_repository: str, *refs: str, user: bool = True) -> None:
    """Let a push have been finished and processed."""
    record = PushRecord.objects.create(
        gl_repository=gl_repository,
        user=UserFactory.create() if user else None,
        changes="\n".join(f"{OLD} {NEW} {ref}" for ref in refs),
        correlation_id="01ABC",
        received_at=timezone.now(),
    )
    push_events.process(record_id=record.pk, now=timezone.now())


def waiting() -> list[DBTaskResult[Any, Any]]:
    return list(
        DBTaskResult.objects.filter(task_path=kas_events.tell_kas.module_path).order_by("enqueued_at")
    )


def run(job: DBTaskResult[Any, Any]) -> None:
    """Do what the worker does with a job."""
    kwargs = job.args_kwargs["kwargs"]
    job.delete()
    kas_events.tell_kas.call(**kwargs)


@pytest.fixture
def project(settings: Settings) -> Project:
    settings.GITALY_STORAGES = {}
    return ProjectFactory.create(default_branch="main")


def test_a_push_of_several_refs_is_told_once(kas: FakeKas, project: Project) -> None:
    pushed(f"project-{project.pk}", "refs/heads/a", "refs/heads/b", "refs/tags/v1")
    assert kas.told == []

    (job,) = waiting()
    run(job)

    assert kas.told == [(project.pk, project.full_path)]
    assert waiting() == []


def test_the_token_is_of_the_form_that_kas_takes(kas: FakeKas, project: Project) -> None:
    now = int(timezone.now().timestamp())

    pushed(f"project-{project.pk}", "refs/heads/a")
    run(*waiting())

    at = kas.claims["iat"]
    assert now <= at <= now + 60
    assert kas.claims == {
        "iss": "gitlab.example.com",
        "aud": "gitlab-kas",
        "iat": at,
        "nbf": at - 5,
        "exp": at + 60,
    }


def test_pushes_that_wait_are_told_together(kas: FakeKas, project: Project) -> None:
    other = ProjectFactory.create(default_branch="main")
    for _ in range(3):
        pushed(f"project-{project.pk}", "refs/heads/a")
    pushed(f"project-{other.pk}", "refs/heads/a")

    for job in waiting():
        run(job)
    pushed(f"project-{project.pk}", "refs/heads/a")

    assert sorted(kas.told) == sorted([(project.pk, project.full_path), (other.pk, other.full_path)])
    assert len(waiting()) == 1


def test_a_push_by_a_deploy_key_is_told_too(kas: FakeKas, project: Project) -> None:
    pushed(f"project-{project.pk}", "refs/heads/a", user=False)

    assert len(waiting()) == 1


@pytest.mark.parametrize("form", ["wiki-{}", "project-{}-wiki", "snippet-{}", "design-{}", "group-{}-wiki"])
def test_other_repositories_are_not_told(kas: FakeKas, project: Project, form: str) -> None:
    pushed(form.format(project.pk), "refs/heads/main")

    assert waiting() == []


def test_other_refs_are_not_told(kas: FakeKas, project: Project) -> None:
    pushed(f"project-{project.pk}", "refs/notes/commits")

    assert waiting() == []


def test_without_an_address_nobody_is_told(kas: FakeKas, project: Project, settings: Settings) -> None:
    settings.GITLAB_KAS = ""

    pushed(f"project-{project.pk}", "refs/heads/a")

    assert waiting() == []


def test_the_path_is_that_at_sending_time_and_a_project_about_to_go_is_not_told(
    kas: FakeKas, project: Project
) -> None:
    pushed(f"project-{project.pk}", "refs/heads/a")
    Project.objects.filter(pk=project.pk).update(pending_delete=True)

    run(*waiting())

    assert kas.told == []


def test_everything_else_comes_before(kas: FakeKas, project: Project) -> None:
    pushed(f"project-{project.pk}", "refs/heads/a")

    (job,) = waiting()
    others = DBTaskResult.objects.exclude(pk=job.pk)
    assert others.exists()
    assert all(other.priority > job.priority for other in others)


def test_a_kas_that_is_away_is_tried_twice_more_and_then_left(kas: FakeKas, project: Project) -> None:
    kas.answer = grpc.StatusCode.UNAVAILABLE
    pushed(f"project-{project.pk}", "refs/heads/a")
    pauses = []

    with capture_logs() as logs:
        while jobs := waiting():
            (job,) = jobs
            if job.run_after.year < 9999:
                pauses.append(round((job.run_after - timezone.now()).total_seconds()))
            run(job)

    assert pauses == [10, 60]
    assert [line for line in logs if line["log_level"] == "warning"] == [
        {
            "event": "kas was not told of a push",
            "log_level": "warning",
            "project_id": project.pk,
            "code": "UNAVAILABLE",
        }
    ]


def test_a_kas_that_hangs_is_left_alone_for_a_while(
    kas: FakeKas, project: Project, settings: Settings
) -> None:
    settings.GITLAB_KAS_TIMEOUT = 5
    kas.answer = grpc.StatusCode.DEADLINE_EXCEEDED
    now = timezone.now()
    other = ProjectFactory.create()
    tell(project, now)

    kas.answer, kas.claims = None, {}
    tell(other, now)
    assert (kas.told, kas.claims) == ([], {})
    assert [job.args_kwargs["kwargs"]["project_id"] for job in waiting()] == [project.pk, other.pk]


def tell(project: Project, now: datetime, attempt: int = 0) -> None:
    kas_events.tell(project_id=project.pk, correlation_id="", attempt=attempt, now=now)


def test_a_refusal_is_final(kas: FakeKas, project: Project, settings: Settings) -> None:
    """For instance right after the secret was renewed, until kas is started again."""
    settings.KAS_SECRET_FILE.write_bytes(base64.b64encode(bytes(32)))

    with capture_logs() as logs:
        tell(project, timezone.now())

    assert waiting() == []
    assert [(line["event"], line["code"]) for line in logs] == [
        ("kas was not told of a push", "UNAUTHENTICATED")
    ]


def test_without_a_secret_nothing_is_sent(kas: FakeKas, project: Project, settings: Settings) -> None:
    settings.KAS_SECRET_FILE.write_bytes(b"x")

    with capture_logs() as logs:
        tell(project, timezone.now())

    assert (kas.told, kas.claims, waiting()) == ([], {}, [])
    assert [line["code"] for line in logs] == ["MalformedSecret"]


def test_nobody_listens(kas: FakeKas, project: Project, settings: Settings) -> None:
    settings.GITLAB_KAS = "grpc://127.0.0.1:1"

    tell(project, timezone.now())

    (job,) = waiting()
    assert job.run_after - timezone.now() <= timedelta(seconds=10)
