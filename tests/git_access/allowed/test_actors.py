"""Who asks: the first parameter that is present decides, even if it leads to nobody."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.directory.models import Project, User
from apps.ssh_keys.models import Key, UsageType
from tests.callers import Caller
from tests.factories.directory import UserFactory
from tests.factories.ssh_keys import DeployKeyFactory, DeployKeyGrantFactory, KeyFactory
from tests.git_access.allowed.asking import GRANTED, HIDDEN, NO_UPLOAD, outcome, pull, push

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["rubi", "RUBI", "Rubi"])
def test_a_username_is_found_in_any_letter_case(
    shell: Caller, project: Project, user: User, name: str
) -> None:
    response = pull(shell, None, project, username=name)

    assert response.json()["gl_id"] == f"user-{user.pk}"


@pytest.mark.parametrize("form", ["user-{}", "user-{}\n", "user-0{}"])
def test_an_identifier_names_a_user(shell: Caller, project: Project, user: User, form: str) -> None:
    response = pull(shell, None, project, identifier=form.format(user.pk))

    assert response.json()["gl_id"] == f"user-{user.pk}"


def test_an_identifier_of_a_user_key_names_its_owner_and_no_key(
    shell: Caller, project: Project, key: Key, user: User
) -> None:
    Key.objects.filter(pk=key.pk).update(expires_at=timezone.now() - timedelta(days=1))

    response = pull(shell, None, project, identifier=f"key-{key.pk}")

    body = response.json()
    assert body["gl_id"] == f"user-{user.pk}"
    assert "gl_key_id" not in body
    key.refresh_from_db()
    assert key.last_used_at is None


def test_an_identifier_of_a_deploy_key_names_the_key(shell: Caller, project: Project) -> None:
    key = DeployKeyFactory.create()
    DeployKeyGrantFactory.create(key=key, project=project)

    response = pull(shell, None, project, identifier=f"key-{key.pk}")

    body = response.json()
    assert (body["gl_key_type"], body["gl_key_id"]) == ("deploy_key", key.pk)


@pytest.mark.parametrize(
    "identifier",
    [
        "",
        "{}",
        "user-",
        "user-x",
        "user-{}\n\n",
        "User-{}",
        " user-{}",
        "username-rubi",
        "key-0",
        "user-" + "9" * 40,
    ],
)
def test_another_identifier_is_nobody(shell: Caller, project: Project, user: User, identifier: str) -> None:
    response = pull(shell, None, project, identifier=identifier.format(user.pk))

    assert outcome(response) == HIDDEN


@pytest.mark.parametrize("earlier", [
    {"key_id": "999"}, {"key_id": ""}, {"key_id": "abc"}, {"user_id": 999}, {"username": "nobody"},
    {"username": ""},
], ids=str)  # fmt: skip
def test_what_leads_to_nobody_does_not_fall_through(
    shell: Caller, project: Project, user: User, earlier: dict[str, Any]
) -> None:
    response = pull(shell, None, project, **earlier, identifier=f"user-{user.pk}")

    assert outcome(response) == HIDDEN


def test_each_parameter_outranks_those_after_it(shell: Caller, project: Project, key: Key) -> None:
    developer, others = str(key.user_id), [str(UserFactory.create().pk) for _ in range(3)]
    all_four = {
        "key_id": str(KeyFactory.create(user_id=others[0]).pk),
        "user_id": others[1],
        "username": User.objects.get(pk=others[2]).username,
        "identifier": f"user-{others[0]}",
    }
    of_developer = {
        "key_id": str(key.pk), "user_id": developer, "username": "rubi", "identifier": f"user-{developer}",
    }  # fmt: skip

    for position, name in enumerate(all_four):
        given = {**dict(list(all_four.items())[position:]), name: of_developer[name]}

        response = pull(shell, None, project, **given)

        assert outcome(response) == GRANTED, given


def test_null_is_absent(shell: Caller, project: Project, user: User) -> None:
    response = pull(shell, None, project, key_id=None, user_id=None, username="rubi")

    assert outcome(response) == GRANTED


def test_a_key_for_signing_is_not_found(shell: Caller, project: Project, user: User) -> None:
    key = KeyFactory.create(user=user, usage_type=UsageType.SIGNING)

    response = pull(shell, key, project)

    assert outcome(response) == HIDDEN


@pytest.mark.parametrize("usage_type", [UsageType.AUTH, UsageType.AUTH_AND_SIGNING])
def test_a_key_for_authentication_is(
    shell: Caller, project: Project, user: User, usage_type: UsageType
) -> None:
    key = KeyFactory.create(user=user, usage_type=usage_type)

    response = pull(shell, key, project)

    assert outcome(response) == GRANTED


def test_a_principal_is_ignored(shell: Caller, project: Project, user: User) -> None:
    response = pull(shell, None, project, krb5principal="rubi@EXAMPLE.COM")

    assert outcome(response) == HIDDEN


def test_nobody_may_pull_what_is_public_and_push_nothing(shell: Caller, project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(visibility_level=20)

    responses = [pull(shell, None, project, key_id="999"), push(shell, None, project, key_id="999")]

    assert [outcome(response) for response in responses] == [GRANTED, (401, NO_UPLOAD)]


def test_a_key_whose_owner_is_gone_is_nobodys(shell: Caller, project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(visibility_level=20)
    key = KeyFactory.create(user=None)

    responses = [pull(shell, key, project), push(shell, key, project)]

    assert [outcome(response) for response in responses] == [GRANTED, (401, NO_UPLOAD)]
