"""``manage.py project``."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError
from pytest_django import Settings

from apps.core.gitaly.repository import project_path, wiki_path
from apps.directory.models import Project, Visibility
from tests.commands import facts, lines, run
from tests.factories.directory import GroupFactory, ProjectFactory, UserFactory, subgroup
from tests.gitaly_double.git import GitDirectory
from tests.gitaly_double.server import running
from tests.gitaly_double.settings import DoubleSettings
from tests.gitaly_double.versions import Version

pytestmark = pytest.mark.django_db


@pytest.fixture
def storage(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """The folder of a Gitaly that answers."""
    with tempfile.TemporaryDirectory(prefix="project-") as runtime:
        double = DoubleSettings(storages={"default": tmp_path}, runtime=Path(runtime))
        settings.GITALY_STORAGES = {"default": {"address": f"unix:{double.socket}"}}
        with running(double):
            yield tmp_path


def test_a_project_is_created_with_its_repository(storage: Path) -> None:
    GroupFactory.create(path="acme")
    bob = UserFactory.create(username="bob")

    found = facts("project", "create", "acme/site", "--visibility=public", "--creator=bob")

    project = Project.objects.get()
    assert found == {
        "id": project.pk,
        "path": "acme/site",
        "visibility": "public",
        "storage": "default",
        "repository": True,
        "object_format": "sha1",
        "clone_url": "git@localhost:acme/site.git",
    }
    assert (project.name, project.creator, project.visibility_level) == ("site", bob, Visibility.PUBLIC)
    assert (storage / project_path(project.pk) / "HEAD").is_file()


def git(storage: Path, project: Project, *arguments: str) -> str:
    """Run Git in the project's repository."""
    return GitDirectory(storage / project_path(project.pk)).run(*arguments).decode().strip()


def commit(storage: Path, project: Project, branch: str) -> None:
    tree = git(storage, project, "mktree")
    identity = ("-c", "user.name=Rubi", "-c", "user.email=rubi@example.com")
    made = git(storage, project, *identity, "commit-tree", tree, "-m", "First")
    git(storage, project, "update-ref", f"refs/heads/{branch}", made)


def test_a_project_of_sha256_is_created_and_shown(storage: Path) -> None:
    GroupFactory.create(path="acme")

    run("project", "create", "acme/site", "--object-format=sha256", "--wiki")

    project = Project.objects.get()
    shown = facts("project", "show", "Acme/Site")
    assert (shown["object_format"], shown["repository"], shown["wiki"]) == ("sha256", True, True)
    assert shown["default_branch"] is None
    assert git(storage, project, "rev-parse", "--show-object-format") == "sha256"
    wiki = GitDirectory(storage / wiki_path(project.pk))
    assert wiki.run("rev-parse", "--show-object-format") == b"sha256\n"


def test_an_empty_repository_makes_room_for_one_with_other_ids(storage: Path) -> None:
    GroupFactory.create(path="acme")
    run("project", "create", "acme/site")

    facts("project", "create-repository", "acme/site", "--object-format=sha256")

    project = Project.objects.get()
    assert (project.object_format, project.repository_exists) == ("sha256", True)
    assert git(storage, project, "rev-parse", "--show-object-format") == "sha256"


def test_a_repository_with_commits_keeps_its_ids(storage: Path) -> None:
    GroupFactory.create(path="acme")
    run("project", "create", "acme/site")
    project = Project.objects.get()
    commit(storage, project, "topic")

    with pytest.raises(CommandError, match="The repository of acme/site has commits"):
        run("project", "create-repository", "acme/site", "--object-format=sha256")

    project.refresh_from_db()
    assert project.object_format == "sha1"
    assert git(storage, project, "for-each-ref", "--format=%(refname)") == "refs/heads/topic"


def test_a_gitaly_too_old_for_sha256_says_so_and_leaves_nothing(tmp_path: Path, settings: Settings) -> None:
    GroupFactory.create(path="acme")
    with tempfile.TemporaryDirectory(prefix="project-") as runtime:
        double = DoubleSettings(storages={"default": tmp_path}, runtime=Path(runtime), version=Version(15, 2))
        settings.GITALY_STORAGES = {"default": {"address": f"unix:{double.socket}"}}
        with running(double), pytest.raises(CommandError, match="makes no repositories of SHA-256"):
            run("project", "create", "acme/site", "--object-format=sha256")

    assert not Project.objects.exists()
    assert not list(tmp_path.rglob("HEAD"))


def test_the_default_branch_is_set_here_and_in_gitaly(storage: Path) -> None:
    GroupFactory.create(path="acme")
    run("project", "create", "acme/site")
    project = Project.objects.get()
    for branch in ("main", "trunk"):
        commit(storage, project, branch)

    said = lines("project", "set-default-branch", "acme/site", "trunk")

    project.refresh_from_db()
    assert said == ["trunk is the default branch of acme/site."]
    assert (project.default_branch, git(storage, project, "symbolic-ref", "HEAD")) == (
        "trunk",
        "refs/heads/trunk",
    )
    with pytest.raises(CommandError, match="acme/site has no branch none"):
        run("project", "set-default-branch", "acme/site", "none")
    assert git(storage, project, "symbolic-ref", "HEAD") == "refs/heads/trunk"


def test_a_project_whose_repository_cannot_be_made_is_not_created(settings: Settings) -> None:
    settings.GITALY_STORAGES = {"default": {"address": "unix:/nowhere/gitaly.sock"}}
    GroupFactory.create(path="acme")

    with pytest.raises(CommandError, match="UNAVAILABLE"):
        run("project", "create", "acme/site")

    assert not Project.objects.exists()


def test_a_project_gets_its_repository_later(settings: Settings, storage: Path) -> None:
    GroupFactory.create(path="acme")

    without = facts("project", "create", "acme/site", "--no-repository")
    made = lines("project", "create-repository", "Acme/Site")

    assert without["repository"] is None
    assert made == ["acme/site has its repository."]
    assert facts("project", "list")["projects"][0]["repository"]
    assert (storage / project_path(without["id"]) / "HEAD").is_file()


def test_where_no_gitaly_is_configured_the_repository_waits(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.GITALY_STORAGES = {}
    GroupFactory.create(path="acme")

    said = run("project", "create", "acme/site")

    assert said == f"Created project acme/site with id {Project.objects.get().pk}.\n"
    assert "'manage.py project create-repository acme/site' makes it." in capsys.readouterr().err
    with pytest.raises(CommandError, match="no server for storage default"):
        run("project", "create-repository", "acme/site")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["site"], "There is no group or user site."),
        (["no/site"], "There is no group or user no."),
        (["acme/Taken"], "path: acme/Taken is taken."),
        (["acme/wikis"], "path: acme/wikis is reserved or not legal as a path."),
        (["acme/a.git"], "path: acme/a.git is reserved or not legal as a path."),
        (["acme/a--b"], "path: Path must not end with"),
        (["acme/other", "--name=Taken"], "name: A project of acme is called Taken already."),
        (["acme/other", "--creator=nobody"], "There is no user nobody."),
        (["acme/other", "--visibility=secret"], "'secret' is not one of"),
    ],
)
def test_a_project_that_cannot_be_is_not_created(arguments: list[str], said: str) -> None:
    ProjectFactory.create(namespace=GroupFactory.create(path="acme"), path="taken", name="Taken")

    with pytest.raises(CommandError) as refusal:
        run("project", "create", *arguments)

    assert str(refusal.value).startswith(said)
    assert Project.objects.count() == 1


def test_projects_are_listed_by_path() -> None:
    acme = GroupFactory.create(path="acme")
    ProjectFactory.create(namespace=subgroup(acme, path="z"), path="deep")
    ProjectFactory.create(namespace=acme, path="site")
    ProjectFactory.create(namespace=GroupFactory.create(path="acme2"), path="other")

    def paths(*options: str) -> list[str]:
        return [row["path"] for row in facts("project", "list", *options)["projects"]]

    assert paths() == ["acme/site", "acme/z/deep", "acme2/other"]
    assert paths("--below=Acme") == ["acme/site", "acme/z/deep"]
    assert paths("--limit=1") == ["acme/site"]
    assert lines("project", "list", "--below=nothing") == ["There is no such project."]
