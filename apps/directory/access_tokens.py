"""Personal access tokens: issued once in clear, kept and found by their digest."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Q

from apps.directory.models import PersonalAccessToken, User

RANDOM_BYTES = 15  # 20 characters of the URL-safe alphabet
# A token that is used all the time is not written all the time.
USE_RECORDED_EVERY = timedelta(minutes=10)


class UnknownToken(LookupError):
    """No token has this text."""


def digest(token: str) -> str:
    """Return what is stored of a token: its SHA-256 in hex."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def issue(
    *, user: User, name: str, scopes: Iterable[str], expires_at: date | None = None
) -> tuple[PersonalAccessToken, str]:
    """Create a token; return it with its text, which nobody can read again."""
    raw = settings.PERSONAL_ACCESS_TOKEN_PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    token = PersonalAccessToken.objects.create(
        user=user, name=name, scopes=list(scopes), expires_at=expires_at, token_digest=digest(raw)
    )
    return token, raw


def find(raw: str) -> PersonalAccessToken:
    """Return the token with this text and its user, whether or not it may still be used.

    Raises:
        UnknownToken: there is none.
    """
    try:
        return PersonalAccessToken.objects.select_related("user").get(token_digest=digest(raw))
    except PersonalAccessToken.DoesNotExist:
        raise UnknownToken from None


def record_use(token: PersonalAccessToken, *, now: datetime) -> None:
    """Note that the token was used, at most once in ten minutes."""
    stale = now - USE_RECORDED_EVERY
    if token.last_used_at is None or token.last_used_at < stale:
        # The condition stands in the statement as well: of many requests at once, one writes.
        due = Q(last_used_at=None) | Q(last_used_at__lt=stale)
        PersonalAccessToken.objects.filter(due, pk=token.pk).update(last_used_at=now)
