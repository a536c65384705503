"""Fixtures of the tests of ``/allowed``: a private project with a developer, and a Gitaly."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from apps.directory.models import Namespace, Project, User
from apps.ssh_keys.models import Key
from tests.factories.directory import GroupFactory, MemberFactory, ProjectFactory, UserFactory
from tests.factories.ssh_keys import KeyFactory
from tests.git_access.allowed.gitalies import Storage
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
