"""``manage.py token``."""

import io
from datetime import date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from apps.directory import access_tokens
from apps.directory.models import PersonalAccessToken, User, UserState
from tests.commands import facts, lines, run
from tests.factories.directory import PersonalAccessTokenFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def bob() -> User:
    return UserFactory.create(username="bob")


def test_a_token_is_made_and_its_text_is_shown_once(bob: User) -> None:
    said = lines(
        *("token", "create", "bob", "--name=ci", "--scope=api", "--scope=read_user", "--scope=api"),
        "--expires=2100-01-31",
    )

    text = said[-1].removeprefix("Token (shown only now): ")
    token = access_tokens.find(text)
    assert said[0] == f"Token {token.pk} ci of @bob ends 2100-01-31."
    assert (token.user, token.scopes, token.expires_at) == (bob, ["api", "read_user"], date(2100, 1, 31))
    assert text not in run("token", "list", "--all")


@pytest.mark.usefixtures("bob")
def test_a_program_gets_the_text_of_the_token() -> None:
    found = facts("token", "create", "bob", "--name=ci", "--scope=api")

    token = access_tokens.find(found["token"])
    assert found == {
        "id": token.pk,
        "user": "bob",
        "name": "ci",
        "scopes": ["api"],
        "state": "active",
        "expires_at": None,
        "last_used_at": None,
        "token": found["token"],
    }


@pytest.mark.usefixtures("bob")
def test_without_a_date_a_token_lives_as_long_as_the_instance_permits(
    settings: Settings, now: datetime
) -> None:
    settings.MAX_PERSONAL_ACCESS_TOKEN_LIFETIME = 30

    run("token", "create", "bob", "--name=ci", "--scope=api")

    assert PersonalAccessToken.objects.get().expires_at == now.date() + timedelta(days=30)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nobody", "--name=ci", "--scope=api"], "There is no user nobody."),
        (["eve", "--name=ci", "--scope=api"], "@eve is blocked; only an active user can have a token."),
        (["bob", "--name=ci", "--scope=sudo"], "There is no scope sudo; there are api, read_api,"),
        (["bob", "--name= ", "--scope=api"], "A token has a name of at most 255 characters."),
        (["bob", "--name", "x" * 256, "--scope=api"], "A token has a name of at most 255 characters."),
        (["bob", "--name=ci", "--scope=api", "--expires=2020-07-24"], "A token that ends on 2020-07-24 has"),
        (["bob", "--name=ci", "--scope=api", "--expires=2100-01-01"], "Expiration date must be before 2"),
        (["bob", "--name=ci", "--scope=api", "--expires=soon"], "'soon' does not match the format"),
        (["bob", "--name=ci"], "Missing parameter: scope"),
    ],
)
@pytest.mark.usefixtures("bob")
def test_a_token_that_cannot_be_is_not_made(arguments: list[str], said: str, settings: Settings) -> None:
    settings.MAX_PERSONAL_ACCESS_TOKEN_LIFETIME = 30
    UserFactory.create(username="eve", state=UserState.BLOCKED)

    with pytest.raises(CommandError) as refusal:
        run("token", "create", *arguments)

    assert str(refusal.value).startswith(said)
    assert not PersonalAccessToken.objects.exists()


def test_tokens_are_listed_without_their_digests(bob: User, now: datetime) -> None:
    active = PersonalAccessTokenFactory.create(user=bob, name="a")
    expired = PersonalAccessTokenFactory.create(name="e", expires_at=now.date())
    revoked = PersonalAccessTokenFactory.create(name="r", revoked=True)

    everything = facts("token", "list", "--all")

    assert facts("token", "list", "--user=Bob") == {
        "total": 1,
        "tokens": [
            {
                "id": active.pk,
                "user": "bob",
                "name": "a",
                "scopes": ["api"],
                "state": "active",
                "expires_at": None,
                "last_used_at": None,
            }
        ],
    }
    assert [row["id"] for row in facts("token", "list")["tokens"]] == [active.pk]
    assert [(row["id"], row["state"]) for row in everything["tokens"]] == [
        (revoked.pk, "revoked"),
        (expired.pk, "expired"),
        (active.pk, "active"),
    ]
    assert active.token_digest not in run("token", "list", "--all")


def test_tokens_are_revoked_all_or_none() -> None:
    first, second = PersonalAccessTokenFactory.create_batch(2)

    with pytest.raises(CommandError, match=r"There is no token 999\."):
        run("token", "revoke", str(first.pk), "999")
    assert not PersonalAccessToken.objects.filter(revoked=True).exists()

    assert lines("token", "revoke", str(first.pk), str(second.pk)) == ["Tokens revoked: 2."]
    assert facts("token", "revoke", str(first.pk)) == {"revoked": 0}
    assert not PersonalAccessToken.objects.filter(revoked=False).exists()


def test_tokens_that_end_soon_are_listed_and_end_the_command_with_1(now: datetime) -> None:
    today = now.date()
    root = UserFactory.create(username="root")
    day = today + timedelta(days=5)
    token = PersonalAccessTokenFactory.create(user=root, name="cï", expires_at=day)
    PersonalAccessTokenFactory.create(expires_at=today)
    PersonalAccessTokenFactory.create(expires_at=today + timedelta(days=1), revoked=True)
    PersonalAccessTokenFactory.create(expires_at=today + timedelta(days=8))
    PersonalAccessTokenFactory.create(expires_at=None)
    out = io.StringIO()

    with pytest.raises(CommandError) as end:
        call_command("token", "expiring", stdout=out)

    assert end.value.returncode == 1
    assert out.getvalue() == f"{day} 00:00 personal access token {token.pk} of @root: cï\n"
    assert lines("token", "expiring", "--days=3") == ["No token ends within 3 days."]
    assert facts("token", "expiring", "--days=3") == {"expiring": []}


@pytest.mark.parametrize("days", ["-1", "36501", "many"])
def test_the_days_are_bounded(days: str) -> None:
    with pytest.raises(CommandError, match=days):
        run("token", "expiring", f"--days={days}")
