"""Personal access tokens: shown once, found by digest, their use noted now and then."""

from datetime import date, datetime, timedelta

import pytest
from django.conf import LazySettings

from apps.directory import access_tokens
from apps.directory.models import PersonalAccessToken
from tests.factories.directory import UserFactory

pytestmark = pytest.mark.django_db


def test_only_the_digest_is_kept() -> None:
    user = UserFactory.create()

    token, raw = access_tokens.issue(user=user, name="billing", scopes=["api"], expires_at=date(2030, 1, 1))

    stored = PersonalAccessToken.objects.values().get()
    assert raw.startswith("glpat-")
    assert len(raw) == len("glpat-") + 20
    assert raw not in str(stored)
    assert (stored["scopes"], stored["expires_at"]) == (["api"], date(2030, 1, 1))
    assert access_tokens.find(raw) == token


def test_the_prefix_is_a_setting(settings: LazySettings) -> None:
    settings.PERSONAL_ACCESS_TOKEN_PREFIX = "ours-"

    _, raw = access_tokens.issue(user=UserFactory.create(), name="billing", scopes=["api"])

    assert raw.startswith("ours-")


@pytest.mark.parametrize("raw", ["", "unknown", "\ud800"])
def test_an_unknown_token_is_told_so(raw: str) -> None:
    with pytest.raises(access_tokens.UnknownToken):
        access_tokens.find(raw)


def test_use_is_noted_at_most_once_in_ten_minutes(now: datetime) -> None:
    token, raw = access_tokens.issue(user=UserFactory.create(), name="billing", scopes=["api"])

    _use(token, now=now)
    _use(access_tokens.find(raw), now=now + timedelta(minutes=9))
    assert access_tokens.find(raw).last_used_at == now

    _use(access_tokens.find(raw), now=now + timedelta(minutes=11))
    assert access_tokens.find(raw).last_used_at == now + timedelta(minutes=11)


def test_of_two_requests_at_once_one_notes_the_use(now: datetime) -> None:
    token, raw = access_tokens.issue(user=UserFactory.create(), name="billing", scopes=["api"])

    _use(token, now=now)
    _use(token, now=now + timedelta(seconds=1))  # read before the first one wrote

    assert access_tokens.find(raw).last_used_at == now


def _use(token: PersonalAccessToken, *, now: datetime) -> None:
    access_tokens.record_use(token_id=token.pk, last_used_at=token.last_used_at, now=now)
