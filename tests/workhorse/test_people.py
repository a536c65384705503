"""Who a Basic header stands for, and what the credential is good for."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.db.models.functions import Now
from django.utils import timezone
from pytest_django.fixtures import Settings

from apps.directory.models import PersonalAccessToken, Project, User, UserState, UserType
from apps.workhorse import failures
from tests.factories.directory import UserFactory
from tests.workhorse.asking import ACCESS_DENIED, Workhorse, token_of, told

pytestmark = pytest.mark.django_db

DENIED = (401, ACCESS_DENIED)
PASSWORD = "correct horse"


def pull(login: str, password: str) -> int:
    response = Workhorse(login, password).refs("gnuwget/wget2")
    if response.status_code == 401:
        assert told(response) == DENIED
    return response.status_code


@pytest.mark.parametrize("login", ["rubi", "", "oauth2", "x-token", "somebody@else"])
def test_a_token_counts_with_any_login(token: PersonalAccessToken, login: str) -> None:
    assert pull(login, token.name) == 200


@pytest.mark.parametrize("login", ["rubi", "RUBI", "rubi@example.com", "Rubi@Example.com"])
def test_a_password_counts_with_name_or_address(user: User, login: str) -> None:
    assert pull(login, PASSWORD) == 200


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("rubi", "wrong"),
        ("", PASSWORD),
        ("nobody", PASSWORD),
        ("rubi", ""),
        ("ru\0bi", PASSWORD),
        ("rubi", "\0"),
    ],
)
def test_what_is_not_right_is_refused_also_at_a_public_project(user: User, login: str, password: str) -> None:
    Project.objects.update(visibility_level=20)

    assert pull(login, password) == 401


@pytest.mark.parametrize(
    "header", ["", "Basic", "Basic ?", "Basic cnViaQ==", "Basic /w==", "Bearer cnViaTp4", "Digest x=y"]
)
def test_a_header_that_says_no_login_is_no_header(
    workhorse: Workhorse, project: Project, header: str
) -> None:
    Project.objects.update(visibility_level=20)
    path = "/gnuwget/wget2.git/info/refs?service=git-upload-pack"

    assert workhorse.get(path, Authorization=header).status_code == 200


def test_a_password_may_hold_a_colon(user: User) -> None:
    user.set_password("a:b:ü")
    user.save()

    assert pull("rubi", "a:b:ü") == 200


def test_whoever_has_two_factors_needs_a_token(user: User, token: PersonalAccessToken) -> None:
    User.objects.update(otp_required_for_login=True)

    assert pull("rubi", PASSWORD) == 401
    assert pull("rubi", token.name) == 200


def test_where_passwords_are_off_a_token_is_needed(
    user: User, token: PersonalAccessToken, settings: Settings
) -> None:
    settings.PASSWORD_AUTHENTICATION_ENABLED = False

    assert pull("rubi", PASSWORD) == 401
    assert pull("rubi", token.name) == 200


@pytest.mark.parametrize(
    "change",
    [
        {"state": UserState.BLOCKED},
        {"state": UserState.BLOCKED_PENDING_APPROVAL},
        {"state": UserState.BANNED},
        {"user_type": UserType.SECURITY_BOT},
        {"locked_at": Now()},
        {"password_expires_at": timezone.now() - timedelta(days=1)},
    ],
    ids=["blocked", "pending", "banned", "internal", "locked", "expired"],
)
def test_who_may_not_log_in_looks_like_a_stranger(
    user: User, token: PersonalAccessToken, change: dict[str, object]
) -> None:
    User.objects.filter(pk=user.pk).update(**change)

    assert pull("rubi", PASSWORD) == 401
    assert pull("rubi", token.name) == 401


def test_bots_have_no_password(user: User, token: PersonalAccessToken) -> None:
    User.objects.filter(pk=user.pk).update(user_type=UserType.PROJECT_BOT)

    assert pull("rubi", PASSWORD) == 401
    assert pull("rubi", token.name) == 200


def test_a_bot_without_the_project_looks_like_a_stranger(project: Project) -> None:
    bot = UserFactory.create(user_type=UserType.SERVICE_ACCOUNT)

    assert pull("bot", token_of(bot, "api").name) == 401


@pytest.mark.parametrize(
    "fields",
    [{"revoked": True}, {"expires_at": timezone.now().date()}],
    ids=["revoked", "expired"],
)
def test_a_token_that_has_ended_is_none(user: User, fields: dict[str, object]) -> None:
    assert pull("rubi", token_of(user, "api", **fields).name) == 401


NO_DOWNLOAD = (403, "You are not allowed to download code.")
NO_UPLOAD = (403, "You are not allowed to upload code.")


@pytest.mark.parametrize(
    ("scopes", "download", "upload"),
    [
        (["api"], None, None),
        (["write_repository"], None, None),
        (["read_api"], None, NO_UPLOAD),
        (["read_repository", "read_user"], None, NO_UPLOAD),
        (["read_user", "read_registry"], NO_DOWNLOAD, NO_UPLOAD),
        ([], NO_DOWNLOAD, NO_UPLOAD),
    ],
    ids=str,
)
def test_scopes_say_what_a_token_is_good_for(
    user: User, scopes: list[str], download: tuple[int, str] | None, upload: tuple[int, str] | None
) -> None:
    asking = Workhorse("rubi", token_of(user, *scopes).name)

    for service, refusal in (("upload-pack", download), ("receive-pack", upload)):
        for response in (
            asking.refs("gnuwget/wget2", f"git-{service}"),
            asking.post(f"/gnuwget/wget2.git/git-{service}"),
        ):
            assert response.status_code == 200 if refusal is None else told(response) == refusal


def test_the_account_is_judged_before_the_scopes_and_the_instance_after_them(
    user: User, settings: Settings
) -> None:
    settings.READ_ONLY = True
    asking = Workhorse("rubi", token_of(user, "read_repository").name)
    assert told(asking.refs("gnuwget/wget2", "git-receive-pack")) == NO_UPLOAD

    User.objects.filter(pk=user.pk).update(state=UserState.DEACTIVATED)
    assert told(asking.refs("gnuwget/wget2", "git-receive-pack"))[1].startswith("Your account")


def test_the_use_of_a_token_is_recorded(user: User, token: PersonalAccessToken) -> None:
    pull("rubi", token.name)

    token.refresh_from_db()
    assert token.last_used_at is not None


def test_a_use_that_cannot_be_recorded_changes_no_answer(token: PersonalAccessToken) -> None:
    def takes_no_updates(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("UPDATE"):
            raise DatabaseError("read-only")
        return execute(sql, *rest)

    with connection.execute_wrapper(takes_no_updates):
        assert pull("rubi", token.name) == 200

    token.refresh_from_db()
    assert token.last_used_at is None


def test_a_read_only_instance_records_no_use(token: PersonalAccessToken, settings: Settings) -> None:
    settings.READ_ONLY = True

    assert pull("rubi", token.name) == 200

    token.refresh_from_db()
    assert token.last_used_at is None


def test_a_wrong_password_does_not_count_towards_the_lock(user: User) -> None:
    for _ in range(3):
        pull("rubi", "wrong")

    user.refresh_from_db()
    assert (user.failed_attempts, user.locked_at) == (0, None)


def test_after_many_wrong_passwords_of_one_login_only_tokens_count(
    user: User, token: PersonalAccessToken
) -> None:
    for _ in range(failures.MAX_PASSWORD_FAILURES):
        assert pull("rubi", "wrong") == 401

    assert pull("Rubi", PASSWORD) == 401
    assert pull("rubi", token.name) == 200


@pytest.fixture
def bans(settings: Settings) -> None:
    settings.GIT_BASIC_AUTH_BAN_ENABLED = True
    settings.GIT_BASIC_AUTH_BAN_MAXRETRY = 3


def pull_from(address: str, login: str | None, password: str = "") -> int:
    asking = Workhorse(login, password)
    path = "/gnuwget/wget2.git/info/refs?service=git-upload-pack"
    response = asking.get(path, X_Forwarded_For=f"198.51.100.9, {address}")
    if response.status_code == 403:
        assert told(response) == (403, "Too many failed authentication attempts from this IP")
    return response.status_code


@pytest.mark.usefixtures("bans")
def test_an_address_that_fails_too_often_is_shut_out(user: User, token: PersonalAccessToken) -> None:
    Project.objects.update(visibility_level=20)

    assert [pull_from("203.0.113.7", "rubi", "wrong") for _ in range(4)] == [401, 401, 401, 403]

    assert pull_from("203.0.113.7", "rubi", token.name) == 403
    assert pull_from("203.0.113.7", None) == 200
    assert pull_from("203.0.113.8", "rubi", token.name) == 200


@pytest.mark.usefixtures("bans")
def test_a_success_begins_the_count_anew_and_an_empty_password_is_no_failure(
    token: PersonalAccessToken,
) -> None:
    tried = [("rubi", "wrong"), ("rubi", "wrong"), ("rubi", ""), ("rubi", token.name)] * 2

    assert [pull_from("203.0.113.7", *pair) for pair in tried] == [401, 401, 401, 200] * 2


@pytest.mark.usefixtures("bans")
def test_some_addresses_are_never_shut_out(user: User, settings: Settings) -> None:
    settings.GIT_BASIC_AUTH_BAN_IP_ALLOWLIST = ["127.0.0.1", "203.0.113.0/24"]

    assert {pull_from("203.0.113.7", "rubi", "wrong") for _ in range(5)} == {401}
    assert {pull("rubi", "wrong") for _ in range(5)} == {401}


def test_unless_it_is_asked_for_no_address_is_shut_out(user: User, settings: Settings) -> None:
    settings.GIT_BASIC_AUTH_BAN_MAXRETRY = 1

    assert {pull_from("203.0.113.7", "rubi", "wrong") for _ in range(3)} == {401}
