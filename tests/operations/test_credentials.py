"""Token files and the first password, in the database."""

import hashlib
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from apps.agent.models import AgentToken
from apps.directory.models import PersonalAccessToken, User
from apps.operations import credentials
from tests.factories.agent import AgentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _token_file(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path
    (tmp_path / "admin_token").write_text("glpat-of-a-test\n")


@pytest.fixture
def root() -> User:
    return User.objects.create_user("root", admin=True)


def test_the_admin_token_acts_for_root_and_only_its_digest_is_kept(root: User) -> None:
    credentials.register()

    token = PersonalAccessToken.objects.get()
    assert (token.user, token.scopes, token.expires_at, token.revoked) == (root, ["api"], None, False)
    assert token.token_digest == hashlib.sha256(b"glpat-of-a-test").hexdigest()


def test_a_known_token_stays_as_it_is(root: User) -> None:
    credentials.register()
    PersonalAccessToken.objects.update(revoked=True)

    credentials.register()

    assert PersonalAccessToken.objects.get().revoked


def test_an_instance_without_root_gets_neither_token_nor_password() -> None:
    User.objects.create_user("root")  # a name alone makes no administrator

    credentials.register()

    assert credentials.first_password() is None
    assert not PersonalAccessToken.objects.exists()


def test_the_first_password_is_given_once(root: User) -> None:
    password = credentials.first_password()

    root.refresh_from_db()
    assert password
    assert root.check_password(password)
    assert credentials.first_password() is None


def test_the_agent_token_is_that_of_the_examples_agent(tmp_path: Path, root: User) -> None:
    (tmp_path / "agent_token").write_text("the token of an agent\n")
    agent = AgentFactory.create(pk=credentials.EXAMPLE_AGENT, created_by=root)

    credentials.register()
    credentials.register()

    token = AgentToken.objects.get()
    assert (token.agent, token.created_by, token.name) == (agent, root, "agent_token")
    assert token.token_digest == hashlib.sha256(b"the token of an agent").hexdigest()
