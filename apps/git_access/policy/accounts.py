"""Whether a user may use Git at all, and what an account that may not is told."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings

from apps.directory.models import BOT_TYPES, UserState, UserType
from apps.git_access.context.facts import UserFacts

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


def may_use_git(user: UserFacts, *, now: datetime) -> bool:
    """Whether nothing about the account stands in the way."""
    return refusal_text(user, now=now) is None


def refusal_text(user: UserFacts, *, now: datetime) -> str | None:
    """Return what a user who may not use Git is told, by the first row that holds; else ``None``."""
    for holds, text in _ROWS:
        if holds(user, now):
            return text.format(name=f"@{user.username}", url=settings.INSTANCE_URL)
    return None


def password_expired(user: UserFacts, *, now: datetime) -> bool:
    """Whether the password must be changed; only where people log in with passwords of their own."""
    if is_bot(user) or user.password_automatically_set or not settings.PASSWORD_AUTHENTICATION_ENABLED:
        return False
    return user.password_expires_at is not None and user.password_expires_at <= now


def _lacks_terms(user: UserFacts) -> bool:
    return settings.ENFORCE_TERMS and not user.terms_accepted and not is_bot(user)


def _is_unconfirmed(user: UserFacts) -> bool:
    return settings.EMAIL_CONFIRMATION_REQUIRED and not user.confirmed


def _is_locked(user: UserFacts, *, now: datetime) -> bool:
    if user.locked_at is None:
        return False
    return now < user.locked_at + timedelta(minutes=settings.FAILED_LOGIN_ATTEMPTS_UNLOCK_PERIOD_IN_MINUTES)


_ROWS: tuple[tuple[Callable[[UserFacts, datetime], bool], str], ...] = (
    (lambda user, _: is_internal(user), INTERNAL),
    (lambda user, _: user.state == UserState.BLOCKED_PENDING_APPROVAL, PENDING),
    (lambda user, _: _lacks_terms(user), TERMS),
    (lambda user, _: user.state == UserState.DEACTIVATED, DEACTIVATED),
    (lambda user, _: _is_unconfirmed(user), UNCONFIRMED),
    (lambda user, _: user.state != UserState.ACTIVE, BLOCKED),
    (lambda user, now: password_expired(user, now=now), EXPIRED_PASSWORD),
    (lambda user, now: _is_locked(user, now=now), BLOCKED),
)
