"""Who is let in with a name and a password: at the operators' site, and by Git over HTTP."""

import contextlib
from datetime import datetime, timedelta
from typing import Any

import pyotp
import pytest
from django.utils import timezone
from pytest_django import Settings

from apps.directory.models import User, UserState, UserType
from apps.ssh_keys import logins, one_time_passwords, recovery_codes
from apps.ssh_keys.models import RecoveryCode
from tests.factories.directory import UserFactory
from tests.factories.key_owners import SecondFactorDeviceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("encryption_keys")]

PASSWORD = "correct horse battery"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def person(**fields: Any) -> User:
    user = UserFactory.create(username="Sidney", email="sidney@example.com", **fields)
    user.set_password(PASSWORD)
    user.save()
    return user


def log_in(now: datetime, login: str = "sidney", password: str = PASSWORD, code: str = "") -> User:
    return logins.log_in(login=login, password=password, code=code, now=now)


def fail(now: datetime, times: int, **wrong: str) -> None:
    for _ in range(times):
        with contextlib.suppress(logins.LoginRefused):
            log_in(now, **{"password": "wrong", **wrong})


@pytest.mark.parametrize("login", ["Sidney", "sidney", "SIDNEY@example.com"])
def test_name_and_address_are_taken_in_any_letter_case(now: datetime, login: str) -> None:
    user = person()

    assert log_in(now, login) == user
    assert logins.password_owner(login=login, password=PASSWORD, now=now) == user


def test_a_wrong_password_is_counted_and_a_right_one_begins_anew(now: datetime) -> None:
    user = person()

    fail(now, 3)
    user.refresh_from_db()
    assert user.failed_attempts == 3

    log_in(now)
    user.refresh_from_db()
    assert (user.failed_attempts, user.locked_at) == (0, None)


def test_too_many_wrong_passwords_lock_the_account_and_the_right_one_does_not_help(
    now: datetime, settings: Settings
) -> None:
    settings.MAX_LOGIN_ATTEMPTS = 3
    person()
    fail(now, 3)

    with pytest.raises(logins.AccountLocked):
        log_in(now)
    with pytest.raises(logins.AccountLocked):
        logins.password_owner(login="sidney", password=PASSWORD, now=now)

    later = now + timedelta(minutes=settings.FAILED_LOGIN_ATTEMPTS_UNLOCK_PERIOD_IN_MINUTES)
    assert log_in(later).username == "Sidney"


def test_git_does_not_count_towards_the_lock(now: datetime, settings: Settings) -> None:
    settings.MAX_LOGIN_ATTEMPTS = 1
    user = person()

    with pytest.raises(logins.WrongPassword):
        logins.password_owner(login="sidney", password="wrong", now=now)

    user.refresh_from_db()
    assert (user.failed_attempts, user.locked_at) == (0, None)


@pytest.mark.parametrize("state", [state for state in UserState if state != UserState.ACTIVE])
def test_only_an_active_user_enters_the_site(now: datetime, state: UserState) -> None:
    person(state=state)

    with pytest.raises(logins.AccountClosed):
        log_in(now)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"state": UserState.BLOCKED}, logins.AccountClosed),
        ({"state": UserState.BLOCKED_PENDING_APPROVAL}, logins.AccountClosed),
        ({"state": UserState.BANNED}, logins.AccountClosed),
        ({"user_type": UserType.GHOST}, logins.AccountClosed),
        ({"user_type": UserType.PROJECT_BOT}, logins.PasswordsOff),
        ({"password_automatically_set": True}, logins.PasswordsOff),
        ({"password_expires_at": timezone.now() - timedelta(days=1)}, logins.PasswordExpired),
        ({"otp_required_for_login": True}, logins.PasswordsOff),
    ],
)
def test_git_takes_no_password_of(
    now: datetime, fields: dict[str, Any], refusal: type[logins.LoginRefused]
) -> None:
    person(**fields)

    with pytest.raises(refusal):
        logins.password_owner(login="sidney", password=PASSWORD, now=now)


def test_git_leaves_the_reason_to_its_own_rules_for_a_deactivated_user(now: datetime) -> None:
    user = person(state=UserState.DEACTIVATED)

    assert logins.password_owner(login="sidney", password=PASSWORD, now=now) == user


def test_git_takes_no_password_where_passwords_are_off(now: datetime, settings: Settings) -> None:
    settings.PASSWORD_AUTHENTICATION_ENABLED = False
    person()

    with pytest.raises(logins.PasswordsOff):
        logins.password_owner(login="sidney", password=PASSWORD, now=now)


def test_nobody_is_known_by_an_empty_address(now: datetime) -> None:
    UserFactory.create(email="")

    with pytest.raises(logins.UnknownName):
        log_in(now, "")


def test_an_expired_password_opens_nothing(now: datetime) -> None:
    person(password_expires_at=now)

    with pytest.raises(logins.PasswordExpired):
        log_in(now)


def test_a_second_factor_is_asked_for_and_each_code_counts_once(now: datetime) -> None:
    user = person()
    one_time_passwords.enrol(user, SECRET)
    code = pyotp.TOTP(SECRET).at(now)

    with pytest.raises(logins.CodeNeeded):
        log_in(now)
    assert log_in(now, code=code) == user
    with pytest.raises(logins.WrongCode):
        log_in(now, code=code)


def test_a_recovery_code_counts_once(now: datetime) -> None:
    user = person()
    SecondFactorDeviceFactory.create(user=user)
    RecoveryCode.objects.create(user=user, digest=recovery_codes.digest("0123456789abcdef"))

    assert log_in(now, code=" 0123456789ABCDEF ") == user
    with pytest.raises(logins.WrongCode):
        log_in(now, code="0123456789abcdef")


def test_wrong_codes_lock_the_account_as_wrong_passwords_do(now: datetime, settings: Settings) -> None:
    settings.MAX_LOGIN_ATTEMPTS = 3
    user = person()
    one_time_passwords.enrol(user, SECRET)

    fail(now, 3, password=PASSWORD, code="no code")

    user.refresh_from_db()
    assert user.locked_at == now
    with pytest.raises(logins.AccountLocked):
        log_in(now, code=pyotp.TOTP(SECRET).at(now))


def test_a_code_is_not_looked_at_beside_a_wrong_password(now: datetime) -> None:
    user = person()
    one_time_passwords.enrol(user, SECRET)
    code = pyotp.TOTP(SECRET).at(now)

    with pytest.raises(logins.WrongPassword):
        log_in(now, password="wrong", code=code)

    assert log_in(now, code=code) == user
