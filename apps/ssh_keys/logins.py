"""Whether a name and a password let somebody in: one mechanism for the operators' site and Git over HTTP.

Git over HTTP asks :func:`password_owner`, and for a token's user :func:`may_log_in`; the site's door asks
:func:`log_in`. All of them raise :class:`LoginRefused`, whose text is for those who run the instance: to the
one who tries, every refusal but :class:`CodeNeeded` reads the same, so that nobody learns which names exist.
"""

from datetime import datetime, timedelta
from typing import ClassVar, Protocol

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from apps.directory.models import BOT_TYPES, User, UserState, UserType
from apps.ssh_keys import one_time_passwords, recovery_codes, second_factors

_SHUT_OUT = frozenset({UserState.BLOCKED, UserState.BLOCKED_PENDING_APPROVAL, UserState.BANNED})


class LoginRefused(Exception):
    """Somebody is not let in; the text says why, for those who run the instance."""

    message: ClassVar[str]

    def __str__(self) -> str:
        return self.message


class UnknownName(LoginRefused):
    """No user has this name or address."""

    message = "unknown user"


class WrongPassword(LoginRefused):
    """The password is not the user's, or the user has none."""

    message = "wrong password"


class AccountLocked(LoginRefused):
    """Too many attempts have failed; the lock ends by itself."""

    message = "account is locked"


class AccountClosed(LoginRefused):
    """The account is blocked, or is the instance's own."""

    message = "account may not log in"


class PasswordExpired(LoginRefused):
    """The password must be changed first."""

    message = "password has expired"


class PasswordsOff(LoginRefused):
    """Passwords do not count here, or not for this user: a token does."""

    message = "a token is needed"


class CodeNeeded(LoginRefused):
    """The password is right, and the second factor is missing."""

    message = "second factor is missing"


class WrongCode(LoginRefused):
    """The password is right; the one-time password or recovery code is not."""

    message = "wrong second factor"


class LoginAccount(Protocol):
    """What decides whether somebody may log in: a user, or what is known of one."""

    @property
    def state(self) -> str:
        """As of a user."""

    @property
    def user_type(self) -> str:
        """As of a user."""

    @property
    def locked_at(self) -> datetime | None:
        """When too many attempts had failed."""

    @property
    def password_expires_at(self) -> datetime | None:
        """When the password must be changed."""

    @property
    def password_automatically_set(self) -> bool:
        """Whether nobody has chosen the password."""


def may_log_in(user: LoginAccount, *, now: datetime) -> None:
    """Let pass whoever may log in at all, whatever the credential.

    A deactivated user, one who has not accepted the terms, or whose address is unconfirmed, passes: Git's own
    rules refuse them with a reason.

    Raises:
        AccountClosed, AccountLocked, PasswordExpired: the reason.
    """
    if user.state in _SHUT_OUT or user.user_type not in BOT_TYPES | {UserType.HUMAN}:
        raise AccountClosed
    if _locked(user, now=now):
        raise AccountLocked
    if _password_expired(user, now=now):
        raise PasswordExpired


def password_owner(*, login: str, password: str, now: datetime) -> User:
    """Return the user whose name or primary address and password these are, for Git over HTTP.

    A wrong one does not count towards the account's lock, for tokens are often sent there; a lock that stands
    holds. Whoever has two-factor authentication on needs a token, and so does everybody where
    ``PASSWORD_AUTHENTICATION_ENABLED`` is off.

    Raises:
        LoginRefused: the reason; the caller answers all of them alike.
    """
    if not settings.PASSWORD_AUTHENTICATION_ENABLED:
        raise PasswordsOff
    user = _known(login, password)
    # First, because it is slow on purpose: the time that a refusal takes tells nobody which one it is.
    if not user.check_password(password):
        raise WrongPassword
    may_log_in(user, now=now)
    without = user.user_type in BOT_TYPES or user.password_automatically_set
    if without or second_factors.enabled(user):
        raise PasswordsOff
    return user


def log_in(*, login: str, password: str, code: str, now: datetime) -> User:
    """Return the user who may enter the operators' site with name or address, password, and second factor.

    Every attempt is counted before it is judged, and forgotten when it succeeds: no number of requests at
    once gets more attempts than ``MAX_LOGIN_ATTEMPTS``, and no lock of the database is held while a password
    is hashed. ``code`` is a one-time password or a recovery code, each of which counts once; empty where the
    user has no second factor.

    Raises:
        LoginRefused: the reason.
    """
    user = _known(login, password)
    _count_attempt(user, now=now)
    if not user.check_password(password):
        raise WrongPassword
    may_log_in(user, now=now)
    if user.state != UserState.ACTIVE:
        raise AccountClosed
    if second_factors.enabled(user):
        _use_up(code, user=user, now=now)
    User.objects.filter(pk=user.pk).update(failed_attempts=0, locked_at=None)
    return user


def named(login: str) -> User | None:
    """Find by name, then by primary address, ignoring case."""
    return User.objects.named(login).first() or User.objects.addressed(login).first()


def _known(login: str, password: str) -> User:
    """Whoever is nobody takes as long to refuse as somebody."""
    user = named(login)
    if user is None:
        make_password(password)
        raise UnknownName
    return user


@transaction.atomic
def _count_attempt(user: User, *, now: datetime) -> None:
    row = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if row.locked(at=now):
        raise AccountLocked
    row.count_failure(at=now)


@transaction.atomic
def _use_up(code: str, *, user: User, now: datetime) -> None:
    if not code:
        raise CodeNeeded
    row = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not (one_time_passwords.use(code, user=row, now=now) or recovery_codes.use(code, user=row)):
        raise WrongCode


def _locked(user: LoginAccount, *, now: datetime) -> bool:
    period = timedelta(minutes=settings.FAILED_LOGIN_ATTEMPTS_UNLOCK_PERIOD_IN_MINUTES)
    return user.locked_at is not None and user.locked_at + period > now


def _password_expired(user: LoginAccount, *, now: datetime) -> bool:
    """Whether it must be changed; only where people log in with passwords of their own."""
    if user.user_type in BOT_TYPES or user.password_automatically_set:
        return False
    expires = user.password_expires_at if settings.PASSWORD_AUTHENTICATION_ENABLED else None
    return expires is not None and expires <= now
