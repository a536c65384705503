"""Fixtures of the tests of ``/allowed``: a private project with a developer, and a Gitaly."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from apps.directory.models import Namespace, Project, User
from apps.ssh_keys.models import Key
from tests.factories.directory import (
    GroupFactory,
    MemberFactory,
    PersonalNamespaceFactory,
    ProjectFactory,
    UserFactory,
)
from tests.factories.ssh_keys import KeyFactory
from tests.git_access.allowed.asking import MAIN, line
from tests.git_access.allowed.gitalies import History, Storage
from tests.gitaly_double.server import running
from tests.gitaly_double.settings import DoubleSettings

ADDRESS = "unix:/nowhere/gitaly.socket"


@pytest.fixture(autouse=True)
def _storages(settings: Settings) -> None:
    """A Gitaly that does not answer: where it must not be asked, nobody notices."""
    settings.GITALY_STORAGES = {"default": {"address": ADDRESS}}
    settings.GITALY_TOKEN = None
    # With LFS on, every accepted push makes Gitaly look for pointers; that has tests of its own.
    settings.LFS_ENABLED = False


@pytest.fixture
def group() -> Namespace:
    return GroupFactory.create(path="gnuwget")


@pytest.fixture
def project(group: Namespace) -> Project:
    """A private project whose repository is known to exist."""
    return ProjectFactory.create(
        namespace=group,
        path="wget2",
        repository_exists=True,
        wiki_repository_exists=True,
        default_branch="main",
    )


@pytest.fixture
def user(project: Project) -> User:
    """A developer of the project."""
    user = UserFactory.create(username="rubi")
    MemberFactory.create(user=user, project=project, access_level=30)
    return user


@pytest.fixture
def key(user: User) -> Key:
    """The developer's key."""
    return KeyFactory.create(user=user)


@pytest.fixture
def gitaly(tmp_path: Path, settings: Settings) -> Iterator[Storage]:
    """A Gitaly that answers over real repositories; none is there yet."""
    (tmp_path / "repositories").mkdir()
    (tmp_path / "run").mkdir()
    chosen = DoubleSettings(storages={"default": tmp_path / "repositories"}, runtime=tmp_path / "run")
    with running(chosen) as double:
        settings.GITALY_STORAGES = {"default": {"address": double.address}}
        yield Storage(double, tmp_path / "repositories")


@pytest.fixture
def history(project: Project, gitaly: Storage) -> History:
    """A repository whose branch ``main`` has one commit."""
    history = gitaly.create(f"project-{project.pk}")
    history.set(MAIN, history.commit(message="First"))
    return history


@pytest.fixture
def main(history: History) -> str:
    """The commit that ``main`` leads to."""
    return history.git.run("rev-parse", MAIN).decode().strip()


@pytest.fixture
def update(history: History, main: str) -> str:
    """The line of one more commit on ``main``."""
    return line(MAIN, old=main, new=history.commit(main))


@pytest.fixture
def owner() -> User:
    """Somebody with a namespace of its own, called ``rubi``."""
    user = UserFactory.create(username="rubi")
    PersonalNamespaceFactory.create(owner=user, path="rubi")
    return user
