"""What stops working soon: personal access tokens and keys with an expiry date."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from operator import attrgetter

from apps.directory.models import PersonalAccessToken
from apps.ssh_keys.models import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiration:
    """One thing that expires; it names the thing and its owner, never its content."""

    kind: str
    id: int
    name: str
    owner: str
    expires_at: datetime


def within(days: int, *, now: datetime) -> list[Expiration]:
    """Return what works now and expires within ``days`` days, the first to expire first."""
    end = now + timedelta(days=days)
    return sorted([*_tokens(now, end), *_keys(now, end)], key=attrgetter("expires_at", "kind", "id"))


def _tokens(now: datetime, end: datetime) -> list[Expiration]:
    tokens = PersonalAccessToken.objects.usable(on=now.date()).filter(expires_at__lte=end.date())
    return [
        Expiration(
            kind="personal access token",
            id=token.pk,
            name=token.name,
            owner=token.user.username,
            # It works until its date begins.
            expires_at=datetime.combine(token.expires_at, time.min, UTC),
        )
        for token in tokens.select_related("user")
        if token.expires_at
    ]


def _keys(now: datetime, end: datetime) -> list[Expiration]:
    keys = Key.objects.filter(expires_at__gt=now, expires_at__lte=end).select_related("user")
    return [
        Expiration(
            kind=key.get_kind_display().lower(),
            id=key.pk,
            name=key.title,
            owner=key.user.username if key.user else "",
            expires_at=key.expires_at,
        )
        for key in keys
        if key.expires_at
    ]
