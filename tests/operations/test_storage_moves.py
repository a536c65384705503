"""``manage.py project move-storage``: between two Gitalys, doubles or real ones."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import grpc
import pytest
from django.core.management import CommandError
from django.db import OperationalError
from django.utils import timezone
from pytest_django import Settings

from apps.core.gitaly.client import Gitaly
from apps.core.gitaly.objects import ObjectFormat
from apps.core.gitaly.repository import Repository
from apps.directory.models import Project
from apps.git_access.models import StorageMove
from apps.git_access.pushes import reference_counter
from apps.git_access.repositories import new_repositories
from apps.git_access.repositories.ids import RepositoryId, RepositoryType
from apps.operations import move_leases
from apps.operations.deletion.repositories import of_project
from apps.operations.doctor import examination
from tests.commands import facts, run
from tests.factories.directory import GroupFactory, ProjectFactory
from tests.git_access.worker_processes import wait_until
from tests.gitaly import real_gitaly
from tests.gitaly_double.git import GitDirectory
from tests.gitaly_double.server import GitalyDouble, running
from tests.gitaly_double.settings import DoubleSettings

pytestmark = pytest.mark.django_db
TOKENS = {"default": "one", "second": "two"}
REAL = pytest.param("real", marks=pytest.mark.skipif(not real_gitaly.PROGRAMS, reason="GITALY_BIN_DIR"))


@dataclass(frozen=True)
class Stage:
    """Two Gitalys with a storage each."""

    roots: Mapping[str, Path]
    doubles: dict[str, GitalyDouble] = field(default_factory=dict)

    def git(self, storage: str, project: Project, *arguments: str) -> str:
        """Run Git in the project's repository on a storage."""
        path = self.roots[storage] / next(of_project(project)).relative_path
        return GitDirectory(path).run(*arguments).decode().strip()

    def commit(self, project: Project, *refs: str) -> None:
        """Let refs of the project's repository lead to a new commit."""
        tree = self.git(project.storage, project, "mktree")
        identity = ("-c", "user.name=Rubi", "-c", "user.email=rubi@example.com")
        made = self.git(project.storage, project, *identity, "commit-tree", tree, "-m", str(refs))
        for ref in refs:
            self.git(project.storage, project, "update-ref", ref, made)

    def on(self, storage: str, project: Project) -> list[str]:
        """Return the repositories of the project that lie on a storage."""
        return [
            each.gl_repository
            for each in of_project(project)
            if (self.roots[storage] / each.relative_path / "HEAD").is_file()
        ]


@pytest.fixture
def stage(settings: Settings) -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="move-") as folder, ExitStack() as stack:
        yield _doubles(Path(folder), settings, stack)


@pytest.fixture(params=["doubles", REAL])
def any_stage(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Stage]:
    """Doubles, and real Gitalys where there are some."""
    with tempfile.TemporaryDirectory(prefix="move-") as folder, ExitStack() as stack:
        make = _doubles if request.param == "doubles" else _real
        yield make(Path(folder), settings, stack)


def _doubles(folder: Path, settings: Settings, stack: ExitStack) -> Stage:
    stage = Stage({name: folder / name / "repositories" for name in TOKENS})
    for name, root in stage.roots.items():
        root.mkdir(parents=True)
        chosen = DoubleSettings(storages={name: root}, runtime=folder / name, token=TOKENS[name])
        stage.doubles[name] = stack.enter_context(running(chosen))
    settings.GITALY_STORAGES = {
        name: {"address": double.address, "token": TOKENS[name]} for name, double in stage.doubles.items()
    }
    return stage


def _real(folder: Path, settings: Settings, stack: ExitStack) -> Stage:
    stage = Stage({name: folder / name / "repositories" for name in TOKENS})
    settings.GITALY_STORAGES = {}
    secret = settings.SHELL_SECRET_FILE
    for name, token in TOKENS.items():
        (folder / name).mkdir()
        runs = real_gitaly.running(
            folder / name, token=token, url="http://localhost:1", secret_file=secret, storage=name
        )
        settings.GITALY_STORAGES[name] = {"address": stack.enter_context(runs), "token": token}
    return stage


@pytest.fixture
def project() -> Project:
    return ProjectFactory.create(namespace=GroupFactory.create(path="acme"), path="hammer")


def made(project: Project, stage: Stage) -> Project:
    """Let it have a repository with two branches and a tag, and one for its wiki."""
    new_repositories.create(project)
    new_repositories.create_wiki(project)
    stage.commit(project, "refs/heads/main", "refs/tags/v1")
    stage.commit(project, "refs/heads/topic", "refs/keep-around/1")
    Gitaly(repository=next(of_project(project)).repository).set_default_branch("topic")
    return project


def test_every_repository_goes_with_its_refs(any_stage: Stage, project: Project) -> None:
    made(project, any_stage)
    refs = any_stage.git("default", project, "show-ref", "--head")

    said = facts("project", "move-storage", "acme/hammer", "second")

    names = [f"project-{project.pk}", f"wiki-{project.pk}"]
    assert said == {
        "path": "acme/hammer", "source": "default", "target": "second",
        "repositories": names, "kept": {}, "dry_run": False,
    }  # fmt: skip
    project.refresh_from_db()
    assert (project.storage, project.repository_read_only) == ("second", False)
    assert (any_stage.on("default", project), any_stage.on("second", project)) == ([], names)
    assert any_stage.git("second", project, "show-ref", "--head") == refs
    assert any_stage.git("second", project, "symbolic-ref", "HEAD") == "refs/heads/topic"
    assert not StorageMove.objects.exists()


def test_there_and_back_again(any_stage: Stage, project: Project) -> None:
    made(project, any_stage)
    for storage in ("second", "default"):
        run("project", "move-storage", "acme/hammer", storage)
        project.refresh_from_db()
        any_stage.commit(project, f"refs/heads/since-{storage}")

    assert "refs/heads/since-second" in any_stage.git("default", project, "show-ref")
    assert "refs/heads/since-default" in any_stage.git("default", project, "show-ref")


def test_a_repository_of_sha_256_stays_one(stage: Stage, project: Project) -> None:
    Project.objects.update(object_format=ObjectFormat.SHA256.value)
    project.refresh_from_db()
    made(project, stage)

    run("project", "move-storage", "acme/hammer", "second")

    assert stage.git("second", project, "rev-parse", "--show-object-format") == "sha256"


def test_a_dry_run_says_what_would_move_and_changes_nothing(any_stage: Stage, project: Project) -> None:
    made(project, any_stage)

    said = facts("project", "move-storage", "acme/hammer", "second", "--dry-run")

    assert [row["repository"] for row in said["repositories"]] == [
        f"project-{project.pk}",
        f"wiki-{project.pk}",
    ]
    sizes = [Gitaly(repository=each.repository).repository_size() for each in list(of_project(project))[:2]]
    assert [row["bytes"] for row in said["repositories"]] == sizes
    assert said["dry_run"] is True
    project.refresh_from_db()
    assert (project.storage, project.repository_read_only) == ("default", False)
    assert any_stage.on("second", project) == []


def test_pushes_are_refused_while_it_moves(
    stage: Stage, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(project, stage)
    seen = []

    def look(gitaly: Gitaly, storage: str) -> None:
        seen.append(Project.objects.get().repository_read_only)
        replicate(gitaly, storage)

    replicate = Gitaly.replicate_from
    monkeypatch.setattr(Gitaly, "replicate_from", look)

    run("project", "move-storage", "acme/hammer", "second")

    assert seen == [True, True]


def test_what_was_read_only_before_stays_so(stage: Stage, project: Project) -> None:
    made(project, stage)
    Project.objects.update(repository_read_only=True)

    run("project", "move-storage", "acme/hammer", "second")

    project.refresh_from_db()
    assert (project.storage, project.repository_read_only) == ("second", True)


def test_a_copy_that_is_not_alike_does_not_count(
    stage: Stage, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(project, stage)
    monkeypatch.setattr(
        Gitaly, "replicate_from", lambda gitaly, storage: gitaly.create_repository(default_branch="x")
    )

    with pytest.raises(CommandError, match=rf"The copy of project-{project.pk} is not like it"):
        run("project", "move-storage", "acme/hammer", "second")

    project.refresh_from_db()
    assert (project.storage, project.repository_read_only) == ("default", False)
    assert stage.on("default", project) == [f"project-{project.pk}", f"wiki-{project.pk}"]


def test_a_gitaly_that_fails_gives_the_project_back_and_once_more_goes_on(
    stage: Stage, project: Project
) -> None:
    made(project, stage)
    stage.doubles["second"].fail("ReplicateRepository", grpc.StatusCode.UNAVAILABLE, times=1)

    with pytest.raises(CommandError, match="UNAVAILABLE: prepared failure"):
        run("project", "move-storage", "acme/hammer", "second")

    project.refresh_from_db()
    assert (project.storage, project.repository_read_only) == ("default", False)
    stage.commit(project, "refs/heads/pushed-since")
    run("project", "move-storage", "acme/hammer", "second")
    assert "refs/heads/pushed-since" in stage.git("second", project, "show-ref")


def test_pushes_under_way_are_waited_for(stage: Stage, project: Project) -> None:
    made(project, stage)
    push = RepositoryId(RepositoryType.PROJECT, project.pk)
    reference_counter.increase(push)

    with pytest.raises(CommandError, match="1 push is under way still"):
        run("project", "move-storage", "acme/hammer", "second", "--wait", "0")

    project.refresh_from_db()
    assert project.repository_read_only is False
    reference_counter.decrease(push)
    run("project", "move-storage", "acme/hammer", "second", "--wait", "0")


def killed(project: Project, **fields: object) -> StorageMove:
    """Leave what a process leaves that was killed more than a minute ago."""
    Project.objects.update(repository_read_only=True)
    past = timezone.now() - timedelta(seconds=1)
    given = {"source": "default", "target": "second", "was_read_only": False, "held_until": past, **fields}
    return StorageMove.objects.create(project=project, **given)


def test_one_that_was_killed_goes_on(stage: Stage, project: Project) -> None:
    made(project, stage)
    killed(project)
    (found,) = [each for each in examination.of("gitaly", now=timezone.now()) if "broken off" in each.fact]
    assert found.advice and "project move-storage acme/hammer second" in found.advice

    run("project", "move-storage", "acme/hammer", "second")

    project.refresh_from_db()
    assert (project.storage, project.repository_read_only) == ("second", False)


def test_one_that_was_killed_after_the_switch_clears_the_source(stage: Stage, project: Project) -> None:
    made(project, stage)
    run("project", "move-storage", "acme/hammer", "second", "--keep-source")
    assert stage.on("default", project) == [f"project-{project.pk}", f"wiki-{project.pk}"]
    container, wiki, _ = of_project(Project.objects.get())
    sums = {
        each.gl_repository: Gitaly(repository=each.repository).calculate_checksum()
        for each in (container, wiki)
    }
    killed(project, switched=True, checksums=sums)
    project.refresh_from_db()
    stage.commit(project, "refs/heads/pushed-since")

    run("project", "move-storage", "acme/hammer", "second")

    assert stage.on("default", project) == []
    assert "refs/heads/pushed-since" in stage.git("second", project, "show-ref")


def test_a_source_that_was_written_to_stays(stage: Stage, project: Project) -> None:
    made(project, stage)
    run("project", "move-storage", "acme/hammer", "second", "--keep-source")
    name = f"project-{project.pk}"
    killed(project, switched=True, checksums={name: "0" * 40})

    said = facts("project", "move-storage", "acme/hammer", "second")

    assert said["kept"] == {name: "it was written to after the copy"}
    assert name in stage.on("default", project)


def test_one_that_was_killed_can_be_abandoned(stage: Stage, project: Project) -> None:
    killed(project)

    assert facts("project", "move-storage", "acme/hammer", "--abandon") == {
        "path": "acme/hammer", "storage": "default", "abandoned": "second",
    }  # fmt: skip

    project.refresh_from_db()
    assert (project.storage, project.repository_read_only) == ("default", False)
    with pytest.raises(CommandError, match="is not being moved"):
        run("project", "move-storage", "acme/hammer", "--abandon")


def test_two_at_once_are_one_too_many(stage: Stage, project: Project) -> None:
    killed(project, held_until=timezone.now() + timedelta(seconds=move_leases.LEASE))

    for words in (["second"], ["--abandon"]):
        with pytest.raises(CommandError, match="Somebody moves it right now"):
            run("project", "move-storage", "acme/hammer", *words)

    assert StorageMove.objects.get().held_until > timezone.now()
    assert Project.objects.get().repository_read_only is True


@pytest.mark.django_db(transaction=True)
def test_a_lease_is_renewed_after_a_database_that_was_away(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(project)
    monkeypatch.setattr(move_leases, "_RENEWAL", 0.01)
    ends = iter([OperationalError("away")] * 3)

    def end() -> datetime:
        for failure in ends:
            raise failure
        return timezone.now() + timedelta(hours=1)

    row = StorageMove.objects.get()
    with move_leases.holding(row):
        monkeypatch.setattr(move_leases, "_lease_end", end)
        wait_until(lambda: StorageMove.objects.get().held_until > timezone.now() + timedelta(minutes=30))


@pytest.mark.parametrize(
    ("storage", "answer"),
    [
        ("third", "GITALY_STORAGES does not name third; it names: default, second."),
        ("default", "acme/hammer is on default already."),
    ],
)
def test_where_it_cannot_go(stage: Stage, project: Project, storage: str, answer: str) -> None:
    for words in ([], ["--dry-run"]):
        with pytest.raises(CommandError, match=answer):
            run("project", "move-storage", "acme/hammer", storage, *words)


def test_not_to_two_places_and_not_while_it_is_deleted(
    stage: Stage, project: Project, settings: Settings
) -> None:
    settings.GITALY_STORAGES = {**settings.GITALY_STORAGES, "third": {"address": "unix:/none"}}
    killed(project)
    with pytest.raises(CommandError, match="is on its way to second; finish that, or abandon it"):
        run("project", "move-storage", "acme/hammer", "third")

    StorageMove.objects.all().delete()
    Project.objects.update(pending_delete=True)
    with pytest.raises(CommandError, match="is being deleted"):
        run("project", "move-storage", "acme/hammer", "second")


def test_another_storage_of_one_gitaly_wants_the_same_path(stage: Stage) -> None:
    target = Gitaly(repository=Repository("second", "@hashed/none.git"))

    with pytest.raises(Exception, match="repository"):
        target.replicate_from("default")
