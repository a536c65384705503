"""Personal access tokens: issued once in clear, kept and found by their digest."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction

from apps.core import records
from apps.directory.models import PersonalAccessToken, User, UserState

SCOPES = (
    "api",
    "read_api",
    "read_registry",
    "read_repository",
    "read_user",
    "write_registry",
    "write_repository",
)
# What an operator may give, beside these: kas lets its bearer reach clusters.
K8S_PROXY = "k8s_proxy"
SCOPES_OF_OPERATORS = (*SCOPES, K8S_PROXY)
MAX_NAME_LENGTH = PersonalAccessToken._meta.get_field("name").max_length or 255
RANDOM_BYTES = 15  # 20 characters of the URL-safe alphabet
# A token that is used all the time is not written all the time.
USE_RECORDED_EVERY = timedelta(minutes=10)
_LAST_USE = records.Column(
    "last use of an access token", PersonalAccessToken, "last_used_at", every=USE_RECORDED_EVERY
)


class UnknownToken(LookupError):
    """No token has this text."""


class ExpiresTooLate(ValueError):
    """The expiry date lies behind the last one that the maximum lifetime permits."""

    def __init__(self, last_day: date) -> None:
        super().__init__(f"Expiration date must be before {last_day}")


class TokenRefused(ValueError):
    """The token may not be made; the message says why."""


def digest(token: str) -> str:
    """Return what is stored of a token: its SHA-256 in hex."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def new_text() -> str:
    """Return what nobody can guess, in the form of a token."""
    return str(settings.PERSONAL_ACCESS_TOKEN_PREFIX) + secrets.token_urlsafe(RANDOM_BYTES)


def issue(
    *, user: User, name: str, scopes: Iterable[str], expires_at: date | None = None
) -> tuple[PersonalAccessToken, str]:
    """Create a token; return it with its text, which nobody can read again."""
    raw = new_text()
    token = PersonalAccessToken.objects.create(
        user=user, name=name, scopes=list(scopes), expires_at=expires_at, token_digest=digest(raw)
    )
    return token, raw


def create(
    *, user: User, name: str, scopes: Sequence[str], expires_at: date | None, today: date
) -> tuple[PersonalAccessToken, str]:
    """Create a token for a user as an operator wishes it; return it with its text.

    Raises:
        TokenRefused: the user is not active, or name, scopes or expiry date are not acceptable.
    """
    last_day = permitted(user=user, name=name, scopes=scopes, expires_at=expires_at, today=today)
    return issue(user=user, name=name, scopes=dict.fromkeys(scopes), expires_at=last_day)


def permitted(
    *, user: User, name: str, scopes: Sequence[str], expires_at: date | None, today: date
) -> date | None:
    """Return when a token would expire, if it may be made.

    Raises:
        TokenRefused: see ``create``.
    """
    if user.state != UserState.ACTIVE:
        raise TokenRefused(f"{user} is {user.state}; only an active user can have a token.")
    if not name.strip() or len(name) > MAX_NAME_LENGTH:
        raise TokenRefused(f"A token has a name of at most {MAX_NAME_LENGTH} characters.")
    if unknown := [scope for scope in scopes if scope not in SCOPES_OF_OPERATORS]:
        raise TokenRefused(f"There is no scope {unknown[0]}; there are {', '.join(SCOPES_OF_OPERATORS)}.")
    if not scopes:
        raise TokenRefused(f"A token has a scope: {', '.join(SCOPES_OF_OPERATORS)}.")
    if expires_at is not None and expires_at <= today:
        raise TokenRefused(f"A token that ends on {expires_at} has expired already.")
    try:
        return limited(expires_at, today=today)
    except ExpiresTooLate as late:
        raise TokenRefused(f"{late}.") from late


def limited(expires_at: date | None, *, today: date) -> date | None:
    """Return the expiry date, by default the last one that the maximum lifetime permits.

    Raises:
        ExpiresTooLate: it lies behind that.
    """
    if not settings.MAX_PERSONAL_ACCESS_TOKEN_LIFETIME:
        return expires_at
    last_day = today + timedelta(days=settings.MAX_PERSONAL_ACCESS_TOKEN_LIFETIME)
    if expires_at and expires_at > last_day:
        raise ExpiresTooLate(last_day)
    return expires_at or last_day


def find(raw: str) -> PersonalAccessToken:
    """Return the token with this text and its user, whether or not it may still be used.

    Raises:
        UnknownToken: there is none.
    """
    try:
        return PersonalAccessToken.objects.select_related("user").get(token_digest=digest(raw))
    except PersonalAccessToken.DoesNotExist:
        raise UnknownToken from None


@transaction.atomic
def revoke(ids: Iterable[int]) -> int:
    """End these tokens for good; return how many of them still worked.

    Raises:
        UnknownToken: one of the ids is none; then nothing is changed.
    """
    wanted = set(ids)
    rows = PersonalAccessToken.objects.filter(pk__in=wanted)
    if missing := wanted - set(rows.values_list("pk", flat=True)):
        raise UnknownToken(f"There is no token {min(missing)}.")
    return rows.revoke()


def record_use(*, token_id: int, last_used_at: datetime | None, now: datetime) -> None:
    """Note that a token was used, at most once in ten minutes."""
    if settings.READ_ONLY or (last_used_at and last_used_at >= now - USE_RECORDED_EVERY):
        return
    _LAST_USE.note(token_id, now)
