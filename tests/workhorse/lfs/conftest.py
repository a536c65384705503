"""A project of a developer, a reporter, a stranger and a deploy key, and a folder for its files."""

from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from apps.directory.models import PersonalAccessToken, Project, User
from apps.git_access.lfs import stores
from apps.git_access.models.lfs import FileStore
from tests.factories.directory import MemberFactory, ProjectFactory, UserFactory
from tests.git_access.lfs.conftest import bucket, remote, s3
from tests.workhorse.asking import token_of
from tests.workhorse.lfs.asking import GitLfs

__all__ = ["bucket", "remote", "s3"]


@pytest.fixture(autouse=True)
def store(settings: Settings, tmp_path: Path) -> Any:
    settings.LFS_ROOT = tmp_path / "lfs"
    return stores.of(FileStore.LOCAL)


@pytest.fixture
def dev(token: PersonalAccessToken) -> GitLfs:
    return GitLfs("rubi", token.name)


@pytest.fixture
def reporter(project: Project) -> GitLfs:
    user = UserFactory.create(username="rita")
    MemberFactory.create(user=user, project=project, access_level=20)
    return GitLfs("rita", token_of(user, "api").name)


@pytest.fixture
def stranger() -> GitLfs:
    return GitLfs("stefan", token_of(UserFactory.create(username="stefan"), "api").name)


@pytest.fixture
def maintainer(project: Project) -> GitLfs:
    user = UserFactory.create(username="mona")
    MemberFactory.create(user=user, project=project, access_level=40)
    return GitLfs("mona", token_of(user, "api").name)


@pytest.fixture
def nobody(project: Project) -> GitLfs:
    return GitLfs()


@pytest.fixture
def second(project: Project, user: User) -> GitLfs:
    """The developer, before another project of hers."""
    other = ProjectFactory.create(namespace=project.namespace, path="other")
    MemberFactory.create(user=user, project=other, access_level=30)
    return GitLfs("rubi", token_of(user, "api", "read_user").name, repository="/gnuwget/other.git")
