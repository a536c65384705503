"""Fixtures: what Workhorse asks, with and without somebody's credentials."""

import pytest
from pytest_django.fixtures import Settings

from apps.directory.models import Namespace, PersonalAccessToken, Project, User
from tests.factories.directory import GroupFactory, MemberFactory, ProjectFactory, UserFactory
from tests.workhorse.asking import Workhorse, token_of

ADDRESS = "unix:/nowhere/gitaly.socket"


@pytest.fixture(autouse=True)
def _storages(settings: Settings) -> None:
    """A Gitaly that does not answer: where it must not be asked, nobody notices."""
    settings.GITALY_STORAGES = {"default": {"address": ADDRESS}}
    settings.GITALY_TOKEN = None


@pytest.fixture
def group() -> Namespace:
    return GroupFactory.create(path="gnuwget")


@pytest.fixture
def project(group: Namespace) -> Project:
    """A private project whose repositories are known to exist."""
    return ProjectFactory.create(
        namespace=group, path="wget2", repository_exists=True, wiki_repository_exists=True
    )


@pytest.fixture
def user(project: Project) -> User:
    """A developer of the project, with a password."""
    user = UserFactory.create(username="rubi")
    user.set_password("correct horse")
    user.save()
    MemberFactory.create(user=user, project=project, access_level=30)
    return user


@pytest.fixture
def token(user: User) -> PersonalAccessToken:
    return token_of(user, "api")


@pytest.fixture
def workhorse() -> Workhorse:
    """Workhorse, for nobody in particular."""
    return Workhorse()


@pytest.fixture
def rubi(token: PersonalAccessToken) -> Workhorse:
    """Workhorse, for the developer with a token that may do everything."""
    return Workhorse("rubi", token.name)
