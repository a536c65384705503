"""Who may call, with which credential, and how everybody else is refused."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.directory.models import PersonalAccessToken, User, UserState
from tests.billing.customers_dot import CustomersDot, token_for
from tests.factories.directory import GroupFactory, UserFactory

UNAUTHORIZED = {"message": "401 Unauthorized"}
FORBIDDEN = {"message": "403 Forbidden"}
SCOPE = {
    "error": "insufficient_scope",
    "error_description": "The request requires higher privileges than provided by the access token.",
    "scope": "api read_api",
}
EXPIRED = "Token is expired. You can either do re-authorization or token refresh."
REVOKED = "Token was revoked. You have to re-authorize from the user."
ENDPOINTS = [
    ("POST", "namespaces/1234/gitlab_subscription"),
    ("PUT", "namespaces/1234/gitlab_subscription"),
    ("POST", "namespaces/1234/minutes"),
    ("PATCH", "namespaces/1234/minutes/move/1235"),
    ("PUT", "internal/upcoming_reconciliations"),
    ("DELETE", "internal/upcoming_reconciliations"),
    ("PUT", "namespaces/1234"),
]
GET = ("GET", "namespaces/1234/gitlab_subscription")
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("method", "path"), [*ENDPOINTS, GET])
def test_nobody_gets_in_without_a_credential(stranger: CustomersDot, method: str, path: str) -> None:
    response = stranger.send(method, path, raw=("not even JSON", "application/json"))

    assert (response.status_code, response.json()) == (401, UNAUTHORIZED)


@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
def test_only_administrators_write(stranger: CustomersDot, method: str, path: str) -> None:
    raw = token_for(UserFactory.create())

    response = stranger.send(
        method, path, headers={"Private-Token": raw}, raw=("not even JSON", "application/json")
    )

    assert (response.status_code, response.json()) == (403, FORBIDDEN)


@pytest.mark.parametrize(
    "headers",
    [
        {"PRIVATE-TOKEN": "{}"},
        {"TOKEN": "{}"},
        {"Authorization": "Bearer {}"},
        {"Authorization": "bearer {}"},
        {"PRIVATE-TOKEN": "", "TOKEN": "{}"},
        {"PRIVATE-TOKEN": "{}", "TOKEN": "other", "Authorization": "Bearer other"},
    ],
)
def test_the_token_in_a_header(stranger: CustomersDot, token: str, headers: dict[str, str]) -> None:
    group = GroupFactory.create()
    filled = {name: value.format(token) for name, value in headers.items()}

    response = stranger.get(f"namespaces/{group.pk}/gitlab_subscription", headers=filled)

    assert response.status_code == 200


@pytest.mark.parametrize(
    "headers", [{"Authorization": "Basic {}"}, {"PRIVATE-TOKEN": "other", "TOKEN": "{}"}, {"Job-Token": "{}"}]
)
def test_the_first_credential_decides(stranger: CustomersDot, token: str, headers: dict[str, str]) -> None:
    filled = {name: value.format(token) for name, value in headers.items()}

    response = stranger.get("namespaces/1/gitlab_subscription", headers=filled)

    assert (response.status_code, response.json()) == (401, UNAUTHORIZED)


def test_the_token_as_parameter(stranger: CustomersDot, token: str) -> None:
    path = f"namespaces/{GroupFactory.create().pk}"
    multipart = (
        f'--b\r\nContent-Disposition: form-data; name="private_token"\r\n\r\n{token}\r\n--b--\r\n',
        "multipart/form-data; boundary=b",
    )

    assert stranger.put(f"{path}?private_token={token}").status_code == 200
    assert stranger.put(path, form={"private_token": token}).status_code == 200
    assert stranger.put(path, raw=multipart).status_code == 200
    assert stranger.put(path, json={"private_token": token}).status_code == 401


def test_the_parameter_wins_over_a_header(stranger: CustomersDot, token: str) -> None:
    path = f"namespaces/{GroupFactory.create().pk}"
    headers = {"Private-Token": token}

    assert stranger.put(f"{path}?private_token=other", headers=headers).status_code == 401
    assert stranger.put(path, form={"private_token": "other"}, headers=headers).status_code == 401
    assert stranger.put(path, form="private_token[]=other", headers=headers).status_code == 401
    assert stranger.put(f"{path}?private_token=", headers=headers).status_code == 200


def test_a_form_that_carries_the_token_is_read_as_parameters_too(stranger: CustomersDot, token: str) -> None:
    group = GroupFactory.create()

    response = stranger.put(
        f"namespaces/{group.pk}", form={"private_token": token, "shared_runners_minutes_limit": "50"}
    )

    assert response.json()["shared_runners_minutes_limit"] == 50


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"expires_at": timezone.now().date()}, EXPIRED),
        ({"revoked": True}, REVOKED),
        ({"expires_at": timezone.now().date(), "revoked": True, "scopes": []}, EXPIRED),
        ({"revoked": True, "scopes": []}, REVOKED),
    ],
)
def test_a_token_that_has_ended(dot: CustomersDot, fields: dict[str, Any], text: str) -> None:
    PersonalAccessToken.objects.update(**fields)

    response = dot.get("namespaces/1/gitlab_subscription")

    assert response.status_code == 401
    assert response.json() == {"error": "invalid_token", "error_description": text}
    assert response.headers["WWW-Authenticate"] == (
        f'Bearer realm="Protected by OAuth 2.0", error="invalid_token", error_description="{text}"'
    )


def test_a_token_is_good_on_the_day_before_it_expires(dot: CustomersDot) -> None:
    PersonalAccessToken.objects.update(expires_at=timezone.now().date() + timedelta(days=1))

    assert dot.get(f"namespaces/{GroupFactory.create().pk}/gitlab_subscription").status_code == 200


@pytest.mark.parametrize(
    ("scopes", "method", "status"),
    [
        (["read_api"], "GET", 200),
        (["read_api"], "HEAD", 200),
        (["read_api"], "PUT", 403),
        (["read_user", "api"], "GET", 200),
        (["read_user", "sudo"], "GET", 403),
        ([], "GET", 403),
    ],
)
def test_scopes(
    stranger: CustomersDot, administrator: User, scopes: list[str], method: str, status: int
) -> None:
    group = GroupFactory.create()
    raw = token_for(administrator, *scopes or ("none",))

    response = stranger.send(
        method, f"namespaces/{group.pk}/gitlab_subscription", headers={"Private-Token": raw}
    )

    assert response.status_code == status
    if status == 403:
        assert response.json() == SCOPE


@pytest.mark.parametrize("state", [state for state in UserState if state != UserState.ACTIVE])
def test_a_user_who_may_not_act(dot: CustomersDot, administrator: User, state: UserState) -> None:
    User.objects.filter(pk=administrator.pk).update(state=state)

    response = dot.get("namespaces/1/gitlab_subscription")

    assert response.status_code == 403
    assert response.json() == {"message": "403 Forbidden - Your account has been blocked."}


def test_the_use_of_a_token_is_noted(dot: CustomersDot) -> None:
    dot.get("namespaces/1/gitlab_subscription")

    used = PersonalAccessToken.objects.get().last_used_at
    assert used is not None
    assert timezone.now() - used < timedelta(minutes=1)


def test_the_shared_secret_is_no_credential(stranger: CustomersDot, secret: str) -> None:
    headers = {"Gitlab-Shared-Secret": secret.strip()}

    assert stranger.put("internal/upcoming_reconciliations", headers=headers).status_code == 401
