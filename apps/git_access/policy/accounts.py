"""Whether a user may use Git at all, and what an account that may not is told."""

from collections.abc import Callable
from datetime import datetime

from apps.directory.models import BOT_TYPES, UserState, UserType
from apps.git_access.context.facts import UserFacts
from apps.git_access.context.instance_settings import InstanceSettings

INTERNAL = "This action cannot be performed by internal users"
PENDING = "Your account is pending approval from your administrator and hence blocked."
TERMS = (
    "You ({name}) must accept the Terms of Service in order to perform this action. "
    "To accept these terms, please access GitLab from a web browser at {url}."
)
DEACTIVATED = (
    "Your account has been deactivated by your administrator. "
    "Please log back in from a web browser to reactivate your account at {url}"
)
UNCONFIRMED = (
    "Your primary email address is not confirmed. Please check your inbox for the confirmation "
    "instructions. In case the link is expired, you can request a new confirmation email at "
    "{url}/users/confirmation/new"
)
BLOCKED = "Your account has been blocked."
EXPIRED_PASSWORD = "Your password expired. Please access GitLab from a web browser to update your password."  # noqa: S105 -- a text


def is_bot(user: UserFacts) -> bool:
    """Whether the user is a program that acts for users of the instance."""
    return user.user_type in BOT_TYPES


def is_internal(user: UserFacts) -> bool:
    """Whether the user is the instance itself, such as the ghost."""
    return user.user_type != UserType.HUMAN and not is_bot(user)


def may_use_git(user: UserFacts, settings: InstanceSettings, *, now: datetime) -> bool:
    """Whether nothing about the account stands in the way."""
    return refusal_text(user, settings, now=now) is None


def refusal_text(user: UserFacts, settings: InstanceSettings, *, now: datetime) -> str | None:
    """Return what a user who may not use Git is told, by the first row that holds; else ``None``."""
    for holds, text in _ROWS:
        if holds(user, settings, now):
            return text.format(name=f"@{user.username}", url=settings.url)
    return None


def _is_pending(user: UserFacts, _settings: InstanceSettings, _now: datetime) -> bool:
    return user.state == UserState.BLOCKED_PENDING_APPROVAL


def _is_deactivated(user: UserFacts, _settings: InstanceSettings, _now: datetime) -> bool:
    return user.state == UserState.DEACTIVATED


def _is_blocked(user: UserFacts, _settings: InstanceSettings, _now: datetime) -> bool:
    return user.state != UserState.ACTIVE


def _lacks_terms(user: UserFacts, settings: InstanceSettings, _now: datetime) -> bool:
    return settings.enforce_terms and not user.terms_accepted and not is_bot(user)


def _is_unconfirmed(user: UserFacts, settings: InstanceSettings, _now: datetime) -> bool:
    return settings.email_confirmation_required and not user.confirmed


def _has_expired_password(user: UserFacts, settings: InstanceSettings, now: datetime) -> bool:
    """Whether the password must be changed; only where people log in with passwords of their own."""
    if is_bot(user) or user.password_automatically_set or not settings.password_authentication:
        return False
    return user.password_expires_at is not None and user.password_expires_at <= now


def _is_locked(user: UserFacts, settings: InstanceSettings, now: datetime) -> bool:
    return user.locked_at is not None and now < user.locked_at + settings.unlock_period


# The first row that holds is what the user is told.
_ROWS: tuple[tuple[Callable[[UserFacts, InstanceSettings, datetime], bool], str], ...] = (
    (lambda user, _settings, _now: is_internal(user), INTERNAL),
    (_is_pending, PENDING),
    (_lacks_terms, TERMS),
    (_is_deactivated, DEACTIVATED),
    (_is_unconfirmed, UNCONFIRMED),
    (_is_blocked, BLOCKED),
    (_has_expired_password, EXPIRED_PASSWORD),
    (_is_locked, BLOCKED),
)
