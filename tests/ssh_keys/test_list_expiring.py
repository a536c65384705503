"""The daily command that lists what expires soon."""

import io
import json
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from apps.ssh_keys.models import Key
from tests.factories.directory import PersonalAccessTokenFactory, UserFactory
from tests.factories.ssh_keys import DeployKeyFactory, KeyFactory

pytestmark = pytest.mark.django_db


def run(*options: str) -> str:
    out = io.StringIO()
    call_command("list_expiring", *options, stdout=out)
    return out.getvalue()


def test_tokens_and_keys_are_listed_the_first_to_expire_first(now: datetime) -> None:
    root = UserFactory.create(username="root")
    key = KeyFactory.create(user=root, title="laptop", expires_at=now + timedelta(days=2))
    deploy_key = DeployKeyFactory.create(user=None, title="robot", expires_at=now + timedelta(days=6))
    day = now.date() + timedelta(days=5)
    token = PersonalAccessTokenFactory.create(user=root, name="ci", expires_at=day)

    lines = run().splitlines()

    assert lines == [
        f"{key.expires_at:%Y-%m-%d %H:%M} user key {key.pk} of @root: laptop",
        f"{day} 00:00 personal access token {token.pk} of @root: ci",
        f"{deploy_key.expires_at:%Y-%m-%d %H:%M} deploy key {deploy_key.pk} of nobody: robot",
    ]


def test_what_has_expired_or_was_revoked_or_lives_longer_is_left_out(now: datetime) -> None:
    today = now.date()
    KeyFactory.create(expires_at=now + timedelta(days=8))
    KeyFactory.create()
    Key.objects.filter(pk=KeyFactory.create().pk).update(expires_at=now - timedelta(days=1))
    PersonalAccessTokenFactory.create(expires_at=today)
    PersonalAccessTokenFactory.create(expires_at=today + timedelta(days=1), revoked=True)
    PersonalAccessTokenFactory.create(expires_at=today + timedelta(days=8))
    PersonalAccessTokenFactory.create(expires_at=None)

    assert run() == "Nothing expires within 7 days.\n"


def test_json_is_one_array(now: datetime) -> None:
    day = now.date() + timedelta(days=20)
    token = PersonalAccessTokenFactory.create(user__username="root", name="cï", expires_at=day)

    assert json.loads(run("--json", "--days", "30")) == [
        {
            "kind": "personal access token",
            "id": token.pk,
            "name": "cï",
            "owner": "root",
            "expires_at": f"{day}T00:00:00Z",
        }
    ]
    assert json.loads(run("--json")) == []


@pytest.mark.parametrize("days", ["-1", "36501"])
def test_the_days_are_bounded(days: str) -> None:
    with pytest.raises(CommandError, match="from 0 to 36500"):
        run("--days", days)
