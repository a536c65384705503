"""A personal access token for the owner of a key, asked for at a terminal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from apps.core.api import dates
from apps.directory import access_tokens
from apps.directory.models import User, UserState
from apps.ssh_keys import owners
from apps.ssh_keys.actors import Claim
from apps.ssh_keys.deliveries import Delivery
from apps.ssh_keys.owners import DeployKeyRefused, Refused


class NoName(Refused):
    """The name is missing or blank."""

    message = "No token name specified"


class NoScopes(Refused):
    """No scope was asked for."""

    message = "No token scopes specified"


class InvalidScope(Refused):
    """There is no such scope."""

    def __init__(self, scope: str) -> None:
        valid = ", ".join(f'"{name}"' for name in access_tokens.SCOPES)
        super().__init__(f"Invalid scope: '{scope}'. Valid scopes are: [{valid}]")


class InvalidExpiryDate(Refused):
    """The expiry date cannot be read."""

    def __init__(self, text: str) -> None:
        super().__init__(f"Invalid token expiry date: '{text}'")


class TokenNotCreated(Refused):
    """Everything can be read, and the token may not be made."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Failed to create token: {reason}")


class UnreadableScopes(ValueError):
    """The scopes are no list of texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRequest:
    """What the token shall be like, as the request said it; ``scopes`` is ``None`` where it said no list."""

    name: str
    scopes: Sequence[str] | None
    expires_at: str


def create(*, claim: Claim, wanted: TokenRequest, delivery: Delivery, now: datetime) -> dict[str, Any]:
    """Create a token; the same request delivered again gets the same token.

    Raises:
        Refused: the reason, for the person who asked.
        UnreadableScopes: the scopes are no list.
    """
    user = _owner(claim, now=now)
    asked = _read(wanted)
    if user.state != UserState.ACTIVE:
        raise TokenNotCreated("Not permitted to create")
    expires_at = _limited(asked, today=now.date())
    if len(wanted.name) > access_tokens.MAX_NAME_LENGTH:
        raise TokenNotCreated(f"Name is too long (maximum is {access_tokens.MAX_NAME_LENGTH} characters)")
    return _issue(user, wanted, expires_at, delivery)


def _owner(claim: Claim, *, now: datetime) -> User:
    actor = owners.identify(claim, now=now)
    if actor.deploy_key:
        raise DeployKeyRefused("Deploy keys cannot be used to create personal access tokens")
    return owners.owner(claim, actor)


def _read(wanted: TokenRequest) -> date | None:
    """Check name and scopes, and return the expiry date."""
    if not wanted.name.strip():
        raise NoName
    if wanted.scopes is None:
        raise UnreadableScopes
    if not wanted.scopes:
        raise NoScopes
    for scope in wanted.scopes:
        if scope not in access_tokens.SCOPES:
            raise InvalidScope(scope)
    if not wanted.expires_at:
        return None
    try:
        return dates.parse(wanted.expires_at)
    except ValueError:
        raise InvalidExpiryDate(wanted.expires_at) from None


def _limited(expires_at: date | None, *, today: date) -> date | None:
    try:
        return access_tokens.limited(expires_at, today=today)
    except access_tokens.ExpiresTooLate as late:
        raise TokenNotCreated(str(late)) from late


@transaction.atomic
def _issue(user: User, wanted: TokenRequest, expires_at: date | None, delivery: Delivery) -> dict[str, Any]:
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    earlier = delivery.earlier_answer()
    if earlier is not None:
        return earlier
    token, raw = access_tokens.issue(
        user=user, name=wanted.name, scopes=wanted.scopes or (), expires_at=expires_at
    )
    answer = {
        "token": raw,
        "scopes": token.scopes,
        "expires_at": token.expires_at.isoformat() if token.expires_at else None,
    }
    delivery.remember(answer)
    return answer
