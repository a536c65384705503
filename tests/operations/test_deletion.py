"""Deleting users, groups and projects: what goes is said before, and nothing of it is left."""

import io
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from apps.agent.models import Finding, Scanner
from apps.core.gitaly.failures import GitalyUnavailable
from apps.core.gitaly.repository import group_wiki_path, project_path, snippet_path, wiki_path
from apps.directory.models import (
    AccessLevel,
    Namespace,
    NamespaceKind,
    Project,
    Snippet,
    User,
    UserState,
    UserType,
)
from apps.git_access.models import Denial, LfsObject, LfsObjectLink, PushRecord
from apps.operations.deletion import removing, subjects, tasks
from apps.operations.deletion.subjects import SubjectKind
from apps.ssh_keys.models import Key, KeyKind
from tests.commands import facts, lines, run
from tests.factories.agent import AgentFactory, AgentTokenFactory, IdentifierFactory, VulnerabilityFactory
from tests.factories.directory import (
    GroupFactory,
    MemberFactory,
    PersonalNamespaceFactory,
    ProjectFactory,
    SnippetFactory,
    UserFactory,
    subgroup,
)
from tests.factories.git_access import ProtectedBranchFactory, PushRecordFactory, WebhookFactory
from tests.factories.ssh_keys import KeyFactory
from tests.gitaly_double.server import running
from tests.gitaly_double.settings import DoubleSettings

pytestmark = pytest.mark.django_db


@pytest.fixture
def storage(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """The folder of a Gitaly that answers."""
    with tempfile.TemporaryDirectory(prefix="deletion-") as runtime:
        double = DoubleSettings(storages={"default": tmp_path}, runtime=Path(runtime))
        settings.GITALY_STORAGES = {"default": {"address": f"unix:{double.socket}"}}
        with running(double):
            yield tmp_path


def work() -> int:
    """Do what a worker does until no job is left, and return how many there were."""
    done = 0
    while job := DBTaskResult.objects.ready().order_by("enqueued_at").first():
        tasks.delete.call(*job.args_kwargs["args"])
        job.delete()
        done += 1
    return done


def with_repository(storage: Path, path: str) -> Path:
    """Return a repository that is there."""
    (storage / path / "objects").mkdir(parents=True)
    (storage / path / "refs").mkdir()
    (storage / path / "HEAD").write_text("ref: refs/heads/main\n")
    return storage / path


def filled(project: Project) -> None:
    """Give a project some of everything that may stand in the way."""
    agent = AgentFactory.create(project=project)
    AgentTokenFactory.create(agent=agent)
    scanner = Scanner.objects.create(project=project, external_id="trivy", name="Trivy")
    identifier = IdentifierFactory.create(project=project)
    finding = Finding.objects.create(
        vulnerability=VulnerabilityFactory.create(project=project), project=project, agent=agent,
        scanner=scanner, primary_identifier=identifier, uuid=uuid.uuid4(), name="CVE-1", severity="high",
        confidence="high", report_type=7, location_fingerprint="0" * 40, project_fingerprint="0" * 40,
    )  # fmt: skip
    finding.identifiers.add(identifier)
    ProtectedBranchFactory.create(project=project)
    WebhookFactory.create(project=project)
    Denial.objects.create(project=project, action="git-receive-pack", protocol="ssh", rule="archived")
    stored = LfsObject.objects.create(oid=f"{project.pk:064x}", size=1)
    LfsObjectLink.objects.create(project=project, lfs_object=stored)


def test_a_dry_run_says_what_goes_and_changes_nothing() -> None:
    acme = GroupFactory.create(path="acme")
    filled(ProjectFactory.create(namespace=subgroup(acme, path="tools"), path="hammer"))

    found = facts("group", "delete", "ACME", "--dry-run")

    assert found == {
        "kind": "group",
        "id": acme.pk,
        "name": "acme",
        "goes": {
            "Agent tokens": 1,
            "Agents": 1,
            "Denials": 1,
            "Findings": 1,
            "Identifiers": 1,
            "LFS objects of projects": 1,
            "Namespaces": 2,
            "Projects": 1,
            "Protected branches": 1,
            "Scanners": 1,
            "Vulnerabilities": 1,
            "Webhooks": 1,
        },
        "warnings": found["warnings"],
        "keep_repository": False,
        "dry_run": True,
    }
    assert Namespace.objects.count() == 2
    assert not DBTaskResult.objects.exists()


def test_a_group_with_an_agent_goes_with_everything_and_its_repositories(storage: Path) -> None:
    acme = GroupFactory.create(path="acme")
    other = ProjectFactory.create(namespace=GroupFactory.create(path="acme2"), path="other")
    project = ProjectFactory.create(namespace=subgroup(acme, path="tools"), path="hammer")
    filled(project)
    snippet = SnippetFactory.create(project=project)
    gone = [
        with_repository(storage, path)
        for path in (
            project_path(project.pk), wiki_path(project.pk), snippet_path(snippet.pk),
            group_wiki_path(acme.pk),
        )
    ]  # fmt: skip
    stays = with_repository(storage, project_path(other.pk))

    said = lines("group", "delete", "acme", "--yes")
    shut = Namespace.objects.get(pk=acme.pk).archived
    work()

    assert shut
    assert said[-1].startswith("Group acme is shut; a worker deletes it. Job: ")
    assert list(Project.objects.all()) == [other]
    assert list(Namespace.objects.all()) == [other.namespace]
    assert not Finding.objects.exists()
    assert not Denial.objects.exists()
    assert LfsObject.objects.count() == 1  # prune removes what no project has
    assert not any(path.exists() for path in gone)
    assert stays.is_dir()


def test_a_deletion_that_is_broken_off_is_taken_up_where_it_stopped(storage: Path) -> None:
    acme = GroupFactory.create(path="acme")
    for name in ("one", "two", "three"):
        filled(ProjectFactory.create(namespace=acme, path=name))
    subject = subjects.find(SubjectKind.GROUP, "acme")

    broken_off = 0
    while Namespace.objects.filter(pk=acme.pk).exists():
        for _ in removing.steps(subject, keep_repository=False):
            broken_off += 1
            break

    assert broken_off > 10
    assert not Project.objects.exists()
    tasks.delete.call(SubjectKind.GROUP.value, acme.pk, False)  # a job that comes too late has nothing to do


def test_a_long_deletion_lets_others_work_in_between(storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "SECONDS", 0.0)
    filled(ProjectFactory.create(namespace=GroupFactory.create(path="acme"), path="site"))

    run("project", "delete", "acme/site", "--yes")

    assert work() > 5
    assert not Project.objects.exists()


def test_a_user_goes_and_what_others_need_stays(storage: Path) -> None:
    UserFactory.create(username="root", admin=True)
    alice = UserFactory.create(username="alice")
    own = ProjectFactory.create(namespace=PersonalNamespaceFactory.create(owner=alice), path="toys")
    team = ProjectFactory.create(namespace=GroupFactory.create(path="team"), creator=alice)
    MemberFactory.create(user=alice, group=team.namespace, access_level=AccessLevel.OWNER)
    key, deploy = KeyFactory.create(user=alice), KeyFactory.create(user=alice, kind=KeyKind.DEPLOY_KEY)
    PushRecordFactory.create(user=alice)
    mine, shared = SnippetFactory.create(author=alice), SnippetFactory.create(author=alice, project=team)
    gone = [with_repository(storage, path) for path in (project_path(own.pk), snippet_path(mine.pk))]
    stays = with_repository(storage, snippet_path(shared.pk))

    found = facts("user", "delete", "Alice", "--yes")
    shut = User.objects.get(pk=alice.pk).state
    work()

    assert found["warnings"] == [
        "The group team loses its last owner.",
        "1 snippet of other people's projects stays, as the ghost user's.",
    ]
    assert found["goes"] == {
        "Members": 1, "Namespaces": 1, "Projects": 1, "SSH keys": 1, "Snippets": 1, "Users": 1,
    }  # fmt: skip
    assert shut == UserState.BLOCKED
    assert not User.objects.filter(username="alice").exists()
    assert list(Project.objects.filter(creator=None)) == [team]
    assert list(Snippet.objects.values_list("pk", "author__user_type")) == [(shared.pk, UserType.GHOST)]
    assert list(Key.objects.filter(user=None)) == [deploy]
    assert not Key.objects.filter(pk=key.pk).exists()
    assert PushRecord.objects.get().user is None
    assert not Namespace.objects.filter(kind=NamespaceKind.USER).exists()
    assert not any(path.exists() for path in gone)
    assert stays.is_dir()


def test_repositories_are_kept_where_that_is_wished(storage: Path) -> None:
    project = ProjectFactory.create()
    kept = with_repository(storage, project_path(project.pk))

    run("project", "delete", project.full_path, "--yes", "--keep-repository")
    work()

    assert not Project.objects.exists()
    assert kept.is_dir()


def test_a_project_is_there_until_gitaly_has_removed_its_repository(settings: Settings) -> None:
    settings.GITALY_STORAGES = {"default": {"address": "unix:/nowhere/gitaly.sock"}}
    project = ProjectFactory.create()

    run("project", "delete", project.full_path, "--yes")
    with pytest.raises(GitalyUnavailable):
        work()

    assert Project.objects.values_list("pending_delete", "archived").get() == (True, True)


def test_what_lies_where_no_gitaly_is_can_only_be_deleted_without_its_repository(settings: Settings) -> None:
    settings.GITALY_STORAGES = {}
    project = ProjectFactory.create(namespace=GroupFactory.create(path="acme"), path="site")

    with pytest.raises(CommandError, match="No Gitaly is configured for storage default"):
        run("project", "delete", "acme/site", "--yes")
    assert not Project.objects.get().pending_delete

    run("project", "delete", "acme/site", "--yes", "--keep-repository")
    work()
    assert not Project.objects.filter(pk=project.pk).exists()


@pytest.mark.parametrize(("typed", "begins"), [("acme\n", True), ("acm\n", False), ("", False)])
def test_only_whoever_types_the_name_deletes(
    typed: str, begins: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    GroupFactory.create(path="acme")
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))

    if begins:
        run("group", "delete", "acme")
    else:
        with pytest.raises(CommandError, match="Nothing was deleted"):
            run("group", "delete", "acme")

    assert "Type acme to delete it: " in capsys.readouterr().err
    assert DBTaskResult.objects.exists() is begins


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["user", "delete", "nobody"], "There is no user nobody."),
        (["group", "delete", "root"], "There is no group root."),
        (["project", "delete", "root"], "There is no project root."),
        (["user", "delete", "root"], "@root is the last administrator."),
    ],
)
def test_what_cannot_be_deleted_is_refused(arguments: list[str], said: str) -> None:
    PersonalNamespaceFactory.create(owner=UserFactory.create(username="root", admin=True))

    with pytest.raises(CommandError) as refusal:
        run(*arguments, "--yes")

    assert str(refusal.value) == said
    assert not DBTaskResult.objects.exists()
