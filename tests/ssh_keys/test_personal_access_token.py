"""`POST /personal_access_token`."""

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from apps.directory import access_tokens
from apps.directory.models import PersonalAccessToken, User, UserState
from tests.callers import Caller
from tests.factories.directory import GroupFactory, UserFactory
from tests.factories.ssh_keys import DeployKeyFactory, KeyFactory

if TYPE_CHECKING:  # the class exists only in the stubs: a response with ``json()``
    from rest_framework.response import _MonkeyPatchedResponse as Response

pytestmark = pytest.mark.django_db

VALID_SCOPES = (
    '["api", "read_api", "read_registry", "read_repository", "read_user", '
    '"write_registry", "write_repository"]'
)


@pytest.fixture
def user() -> User:
    return UserFactory.create()


def ask(shell: Caller, request_id: str | None = None, /, **body: Any) -> "Response":
    headers = {"X-Request-Id": request_id} if request_id else {}
    return shell.request("POST", "personal_access_token", body, headers=headers, format="json")


def refusal(message: str) -> dict[str, Any]:
    return {"success": False, "message": message}


def test_a_token_is_shown_once_and_kept_as_a_digest(shell: Caller, user: User) -> None:
    response = ask(
        shell,
        user_id=user.pk,
        name="mytokenname",
        scopes=["read_user", "read_repository"],
        expires_at="2020-07-24",
    )

    raw = response.json()["token"]
    assert response.status_code == 200
    assert list(response.json().items()) == [
        ("success", True),
        ("token", raw),
        ("scopes", ["read_user", "read_repository"]),
        ("expires_at", "2020-07-24"),
    ]
    assert re.fullmatch(r"glpat-[A-Za-z0-9_-]{20}", raw)
    row = PersonalAccessToken.objects.get()
    assert (row.user, row.name, row.token_digest) == (user, "mytokenname", access_tokens.digest(raw))


def test_the_doc_s_form_is_understood(shell: Caller, user: User) -> None:
    form = (
        f"user_id={user.pk}&name=mytokenname&scopes[]=read_user&scopes[]=read_repository"
        "&expires_at=2020-07-24"
    )

    response = shell.request(
        "POST", "personal_access_token", form, content_type="application/x-www-form-urlencoded"
    )

    body = response.json()
    assert body == {
        "success": True,
        "token": body["token"],
        "scopes": ["read_user", "read_repository"],
        "expires_at": "2020-07-24",
    }


def test_the_owner_of_a_key_gets_a_token(shell: Caller) -> None:
    key = KeyFactory.create()

    ask(shell, key_id=str(key.pk), name="x", scopes=["api"])

    assert PersonalAccessToken.objects.get().user == key.user


def test_scopes_keep_order_and_duplicates_and_names_need_not_be_unique(shell: Caller, user: User) -> None:
    ask(shell, user_id=user.pk, name="x", scopes=["api"])

    response = ask(shell, user_id=user.pk, name="x", scopes=["read_api", "api", "read_api"])

    assert response.json()["scopes"] == ["read_api", "api", "read_api"]


def test_the_prefix_is_a_setting(shell: Caller, user: User, settings: Settings) -> None:
    settings.PERSONAL_ACCESS_TOKEN_PREFIX = ""

    response = ask(shell, user_id=user.pk, name="x", scopes=["api"])

    assert re.fullmatch(r"[A-Za-z0-9_-]{20}", response.json()["token"])


@pytest.mark.parametrize("expires_at", [None, ""])
def test_without_expiry_date_it_never_expires(shell: Caller, user: User, expires_at: str | None) -> None:
    response = ask(shell, user_id=user.pk, name="x", scopes=["api"], expires_at=expires_at)

    assert response.json()["expires_at"] is None


@pytest.mark.parametrize(
    "text", ["20200724", "24 Jul 2020", "Jul 24 2020", "Fri, 24 July 2020", "2020-07-24T23:30:00+02:00"]
)
def test_a_date_is_read_as_people_type_it(shell: Caller, user: User, text: str) -> None:
    response = ask(shell, user_id=user.pk, name="x", scopes=["api"], expires_at=text)

    assert response.json()["expires_at"] == "2020-07-24"


@pytest.mark.parametrize("creator", [{}, {"user": None}])
def test_a_deploy_key_is_refused_before_anything_else(shell: Caller, creator: dict[str, Any]) -> None:
    key = DeployKeyFactory.create(**creator)

    response = ask(shell, key_id=key.pk, user_id=12345)

    assert response.json() == refusal("Deploy keys cannot be used to create personal access tokens")


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"user_id": 12345}, "Could not find the given user"),
        ({"key_id": 12345, "user_id": 12345}, "Could not find the given user"),
        ({"key_id": 12345}, "Could not find the given key"),
        ({}, "Could not find the given key"),
        ({"username": "rubi"}, "Could not find the given key"),
        ({"identifier": "user-70"}, "Could not find the given key"),
    ],
)
def test_who_is_not_named_by_key_or_user_id_is_refused(
    shell: Caller, parameters: dict[str, Any], message: str
) -> None:
    UserFactory.create(pk=70, username="rubi")

    response = ask(shell, name="x", scopes=["api"], **parameters)

    assert (response.status_code, response.json()) == (200, refusal(message))


def test_a_key_without_owner_is_refused(shell: Caller) -> None:
    key = KeyFactory.create(user=None)

    response = ask(shell, key_id=key.pk, name="x", scopes=["api"])

    assert response.json() == refusal("Could not find a user for the given key")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "No token name specified"),
        ({"name": " \t\n"}, "No token name specified"),
        ({"name": "x"}, "No token scopes specified"),
        ({"name": "x", "scopes": None}, "No token scopes specified"),
        ({"name": "x", "scopes": ""}, "No token scopes specified"),
        ({"name": "x", "scopes": [], "expires_at": "never"}, "No token scopes specified"),
        (
            {"name": "x", "scopes": ["api", "sudo", "nonsense"], "expires_at": "never"},
            f"Invalid scope: 'sudo'. Valid scopes are: {VALID_SCOPES}",
        ),
        ({"name": "x", "scopes": [""]}, f"Invalid scope: ''. Valid scopes are: {VALID_SCOPES}"),
        ({"name": "x", "scopes": ["api"], "expires_at": "soon"}, "Invalid token expiry date: 'soon'"),
        (
            {"name": "x" * 256, "scopes": ["api"]},
            "Failed to create token: Name is too long (maximum is 255 characters)",
        ),
    ],
)
def test_what_is_missing_or_wrong_is_named_in_order(
    shell: Caller, user: User, body: dict[str, Any], message: str
) -> None:
    response = ask(shell, user_id=user.pk, **body)

    assert (response.status_code, response.json()) == (200, refusal(message))


@pytest.mark.parametrize("scopes", ["api", {"a": "b"}, 7, True, ["api", 7], ["api", None], ["a\0"]])
def test_scopes_that_are_no_list_of_texts_are_a_bad_request(shell: Caller, user: User, scopes: Any) -> None:
    response = ask(shell, user_id=user.pk, name="x", scopes=scopes)

    message = '400 Bad request - "scopes" is invalid'
    assert (response.status_code, response.json()) == (400, {"message": message})


def test_a_missing_name_comes_before_unreadable_scopes(shell: Caller, user: User) -> None:
    response = ask(shell, user_id=user.pk, scopes="api")

    assert response.json() == refusal("No token name specified")


@pytest.mark.parametrize("name", ["name", "expires_at"])
@pytest.mark.parametrize("value", [7, [], "a\0b"])
def test_a_text_of_a_wrong_type_is_a_bad_request(shell: Caller, user: User, name: str, value: Any) -> None:
    body = {"name": "x", "scopes": ["api"], name: value}

    response = ask(shell, user_id=user.pk, **body)

    message = f'400 Bad request - "{name}" is invalid'
    assert (response.status_code, response.json()) == (400, {"message": message})


@pytest.mark.parametrize("name", ["name", "scopes", "expires_at"])
def test_a_lone_surrogate_is_a_bad_request(shell: Caller, user: User, name: str) -> None:
    body = {"user_id": user.pk, "name": "x", "scopes": ["api"], name: "?"}
    if name == "scopes":
        body["scopes"] = ["?"]
    text = json.dumps(body).replace("?", "\\ud800")

    response = shell.request("POST", "personal_access_token", text, content_type="application/json")

    message = f'400 Bad request - "{name}" is invalid'
    assert (response.status_code, response.json()) == (400, {"message": message})


@pytest.mark.parametrize("state", [state for state in UserState if state != UserState.ACTIVE])
def test_only_an_active_user_gets_a_token(shell: Caller, state: UserState) -> None:
    user = UserFactory.create(state=state)

    response = ask(shell, user_id=user.pk, name="x", scopes=["api"])

    assert response.json() == refusal("Failed to create token: Not permitted to create")


def test_the_maximum_lifetime_holds(shell: Caller, user: User, settings: Settings) -> None:
    settings.MAX_PERSONAL_ACCESS_TOKEN_LIFETIME = 30
    last_day = timezone.now().date() + timedelta(days=30)
    too_far = str(last_day + timedelta(days=1))

    refused = ask(shell, user_id=user.pk, name="x", scopes=["api"], expires_at=too_far)
    last = ask(shell, user_id=user.pk, name="x", scopes=["api"], expires_at=str(last_day))
    default = ask(shell, user_id=user.pk, name="x", scopes=["api"])

    message = f"Failed to create token: Expiration date must be before {last_day}"
    assert refused.json() == refusal(message)
    assert last.json()["expires_at"] == str(last_day)
    assert default.json()["expires_at"] == str(last_day)


def test_a_repeated_delivery_gets_the_same_token(modern_shell: Caller, user: User) -> None:
    body = {"user_id": user.pk, "name": "x", "scopes": ["api"], "expires_at": "2030-01-01"}
    first = ask(modern_shell, "abc123", **body)

    again = ask(modern_shell, "abc123", **body)

    assert again.json() == first.json()
    assert PersonalAccessToken.objects.count() == 1


@pytest.mark.parametrize(
    ("request_id", "change"),
    [("another", {}), (None, {}), ("abc123", {"name": "y"}), ("abc123", {"scopes": ["read_api"]})],
)
def test_another_request_gets_another_token(
    modern_shell: Caller, user: User, request_id: str | None, change: dict[str, Any]
) -> None:
    body = {"user_id": user.pk, "name": "x", "scopes": ["api"]}
    first = ask(modern_shell, "abc123", **body)

    other = ask(modern_shell, request_id, **{**body, **change})

    assert other.json()["token"] != first.json()["token"]


def test_nobody_gets_the_token_of_another_user(modern_shell: Caller) -> None:
    first, second = UserFactory.create_batch(2)
    mine = ask(modern_shell, "abc123", user_id=first.pk, name="x", scopes=["api"])

    other = ask(modern_shell, "abc123", user_id=second.pk, name="x", scopes=["api"])

    assert other.json()["token"] != mine.json()["token"]


def test_without_credential_nothing_happens(stranger: Caller, user: User) -> None:
    response = ask(stranger, user_id=user.pk, name="x", scopes=["api"])

    assert (response.status_code, response.json()) == (401, {"message": "401 Unauthorized"})
    assert not PersonalAccessToken.objects.exists()


def test_an_administrator_s_token_opens_what_administrators_may_until_it_is_revoked(shell: Caller) -> None:
    admin = UserFactory.create(admin=True)
    group = GroupFactory.create()
    raw = ask(shell, user_id=admin.pk, name="x", scopes=["api"]).json()["token"]
    path, token = f"/api/v4/namespaces/{group.pk}/gitlab_subscription", {"PRIVATE-TOKEN": raw}

    opened = shell.request("GET", path, headers=token)
    used = PersonalAccessToken.objects.get()
    PersonalAccessToken.objects.all().revoke()
    closed = shell.request("GET", path, headers=token)

    assert opened.status_code == 200
    assert used.last_used_at is not None
    assert (closed.status_code, closed.json()["error"]) == (401, "invalid_token")
