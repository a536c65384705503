"""GET /internal/discover."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.directory.models import User, UserState
from apps.ssh_keys.models import Key, UsageType
from tests.callers import Caller
from tests.factories.directory import UserFactory
from tests.factories.ssh_keys import DeployKeyFactory, KeyFactory

pytestmark = pytest.mark.django_db

BODY = [("id", 7), ("name", "Dede Eichmann"), ("username", "rubi")]
NOBODY = b"null"


@pytest.fixture
def rubi() -> User:
    return UserFactory.create(pk=7, username="rubi", name="Dede Eichmann")


@pytest.fixture
def key(rubi: User) -> Key:
    return KeyFactory.create(pk=7, user=rubi)


@pytest.mark.parametrize("given", [
    {"key_id": "7"}, {"user_id": "7"}, {"username": "rubi"}, {"username": "RUBI"}, {"identifier": "user-7"},
    {"identifier": "key-7"}, {"identifier": "user-7\n"}, {"key_id": "7", "user_id": "999"},
], ids=str)  # fmt: skip
def test_a_user_is_told(shell: Caller, key: Key, given: dict[str, Any]) -> None:
    response = shell.get("discover", **given)

    assert response.status_code == 200
    assert list(response.json().items()) == BODY


@pytest.mark.parametrize("given", [
    {}, {"key_id": "999"}, {"key_id": ""}, {"key_id": "7abc"}, {"key_id": "-7"}, {"key_id": "9" * 40},
    {"user_id": "999"}, {"user_id": "7.0"}, {"username": "nobody"}, {"username": ""}, {"identifier": "rubi"},
    {"identifier": "user-0"}, {"identifier": "username-rubi"}, {"key_id": "999", "user_id": "7"},
    {"user_id": "999", "username": "rubi"}, {"username": "x", "identifier": "user-7"},
], ids=str)  # fmt: skip
def test_nobody_is_the_literal_null(shell: Caller, key: Key, given: dict[str, Any]) -> None:
    response = shell.get("discover", **given)

    assert response.status_code == 200
    assert response.content == NOBODY


@pytest.mark.parametrize("name", ["key_id", "user_id", "username", "identifier"])
def test_a_parameter_that_cannot_be_stored_is_refused(shell: Caller, name: str) -> None:
    response = shell.request("GET", f"discover?{name}=%00")

    assert response.status_code == 400
    assert response.json() == {"message": f'400 Bad request - "{name}" is invalid'}


@pytest.mark.parametrize("state", UserState.values)
def test_the_state_of_the_user_does_not_matter(shell: Caller, key: Key, state: str) -> None:
    User.objects.update(state=state)

    response = shell.get("discover", key_id=7)

    assert list(response.json().items()) == BODY


def test_an_expired_key_still_leads_to_its_owner_and_a_signing_key_does_not(shell: Caller, key: Key) -> None:
    Key.objects.update(expires_at=timezone.now() - timedelta(days=1))
    expired = shell.get("discover", key_id=7)
    Key.objects.update(usage_type=UsageType.SIGNING)
    signing = shell.get("discover", key_id=7)

    assert list(expired.json().items()) == BODY
    assert signing.content == NOBODY


def test_a_key_without_owner_is_nobodys(shell: Caller) -> None:
    key = KeyFactory.create(user=None)

    by_id = shell.get("discover", key_id=key.pk)
    by_identifier = shell.get("discover", identifier=f"key-{key.pk}")

    assert (by_id.content, by_identifier.content) == (NOBODY, NOBODY)


@pytest.mark.parametrize(("name", "form"), [("key_id", "{}"), ("identifier", "key-{}")])
def test_a_deploy_key_leads_to_its_creator_or_the_ghost(
    shell: Caller, rubi: User, name: str, form: str
) -> None:
    keys = [DeployKeyFactory.create(user=rubi), DeployKeyFactory.create(user=None)]

    bodies = [shell.get("discover", **{name: form.format(key.pk)}).json() for key in keys]

    ghost = User.objects.ghost()
    assert bodies == [
        {"id": 7, "name": "Dede Eichmann", "username": "rubi"},
        {"id": ghost.pk, "name": "Ghost User", "username": "ghost"},
    ]


@pytest.mark.parametrize(
    "given", [{"key_id": 7}, {"user_id": 7}, {"username": "rubi"}, {"identifier": "key-7"}], ids=str
)
def test_it_takes_one_query_and_touches_nothing(
    shell: Caller, key: Key, django_assert_num_queries: DjangoAssertNumQueries, given: dict[str, Any]
) -> None:
    with django_assert_num_queries(1):
        shell.get("discover", **given)

    key.refresh_from_db()
    assert key.last_used_at is None


def test_a_stranger_learns_nothing(stranger: Caller, key: Key) -> None:
    response = stranger.get("discover", key_id=7)

    assert response.status_code == 401
    assert response.json() == {"message": "401 Unauthorized"}
