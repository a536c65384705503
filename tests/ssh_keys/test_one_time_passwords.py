"""`POST /two_factor_config`, `/two_factor_otp_check`, `/two_factor_manual_otp_check`, `..._push_...`."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import pyotp
import pytest
from django.utils import timezone
from pytest_django import Settings

from apps.core.encryption import Undecryptable
from apps.core.shared_store.store import store
from apps.directory.models import User, UserState
from apps.ssh_keys import one_time_passwords
from apps.ssh_keys.models import Key, OtpSecret
from tests.callers import Caller
from tests.factories.directory import UserFactory
from tests.factories.key_owners import SecondFactorDeviceFactory
from tests.factories.ssh_keys import DeployKeyFactory, KeyFactory

if TYPE_CHECKING:  # the class exists only in the stubs: a response with ``json()``
    from rest_framework.response import _MonkeyPatchedResponse as Response

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("encryption_keys")]

SUCCESS = {"success": True}
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NAMES = ("two_factor_otp_check", "two_factor_manual_otp_check")


def refusal(message: str) -> dict[str, Any]:
    return {"success": False, "message": message}


INVALID = refusal("Invalid OTP")


@pytest.fixture
def key() -> Key:
    """The key of a user whose authenticator app shows the codes of SECRET."""
    key = KeyFactory.create()
    assert key.user is not None
    one_time_passwords.enrol(key.user, SECRET)
    return key


def owner(key: Key) -> User:
    assert key.user is not None
    key.user.refresh_from_db()
    return key.user


def code(now: datetime, *, steps: int = 0) -> str:
    return pyotp.TOTP(SECRET).at(now, counter_offset=steps)


def wrong_code(now: datetime) -> str:
    right = {code(now, steps=steps) for steps in range(-3, 4)}
    return next(text for text in map("{:06d}".format, range(10)) if text not in right)


def check(
    shell: Caller, key: Key, attempt: str, *, name: str = NAMES[1], request_id: str | None = None
) -> "Response":
    headers = {"X-Request-Id": request_id} if request_id else {}
    body = {"key_id": str(key.pk), "otp_attempt": attempt}
    return shell.request("POST", name, body, headers=headers, format="json")


@pytest.mark.parametrize("name", NAMES)
def test_the_current_code_opens_a_session_for_the_key(
    shell: Caller, key: Key, now: datetime, name: str
) -> None:
    other = KeyFactory.create(user=key.user)
    assert not one_time_passwords.session_open(key.pk)

    response = check(shell, key, code(now), name=name)

    assert (response.status_code, response.json()) == (200, SUCCESS)
    assert one_time_passwords.session_open(key.pk)
    assert not one_time_passwords.session_open(other.pk)


def test_a_session_ends(shell: Caller, key: Key, now: datetime, settings: Settings) -> None:
    settings.REDIS_URL = ""  # only the embedded store looks at our clock
    check(shell, key, code(now))

    with mock.patch("django.utils.timezone.now", return_value=timezone.now() + timedelta(minutes=15)):
        assert not one_time_passwords.session_open(key.pk)
    with mock.patch("django.utils.timezone.now", return_value=timezone.now() + timedelta(minutes=14)):
        assert one_time_passwords.session_open(key.pk)


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_clock_may_be_one_step_off(shell: Caller, key: Key, now: datetime, steps: int) -> None:
    with mock.patch("django.utils.timezone.now", return_value=now):
        response = check(shell, key, code(now, steps=steps))

    assert response.json() == SUCCESS


@pytest.mark.parametrize("steps", [-2, 2])
def test_two_steps_off_is_too_much(shell: Caller, key: Key, now: datetime, steps: int) -> None:
    with mock.patch("django.utils.timezone.now", return_value=now):
        response = check(shell, key, code(now, steps=steps))

    assert response.json() == INVALID
    assert not one_time_passwords.session_open(key.pk)


def test_a_used_code_is_refused(shell: Caller, key: Key, now: datetime) -> None:
    check(shell, key, code(now), request_id="first")

    again = check(shell, key, code(now), request_id="second")

    assert again.json() == INVALID
    assert owner(key).failed_attempts == 1


def test_a_used_code_is_refused_for_another_key_of_the_user(shell: Caller, key: Key, now: datetime) -> None:
    other = KeyFactory.create(user=key.user)
    check(shell, key, code(now), request_id="first")

    again = check(shell, other, code(now), request_id="first")

    assert again.json() == INVALID
    assert not one_time_passwords.session_open(other.pk)


def test_a_code_older_than_the_last_used_one_is_refused(shell: Caller, key: Key, now: datetime) -> None:
    with mock.patch("django.utils.timezone.now", return_value=now):
        check(shell, key, code(now))
        response = check(shell, key, code(now, steps=-1))

    assert response.json() == INVALID


def test_the_next_code_is_good(shell: Caller, key: Key, now: datetime) -> None:
    with mock.patch("django.utils.timezone.now", return_value=now):
        check(shell, key, code(now))
        response = check(shell, key, code(now, steps=1))

    assert response.json() == SUCCESS


def test_the_same_request_delivered_again_succeeds_again(
    modern_shell: Caller, key: Key, now: datetime
) -> None:
    check(modern_shell, key, code(now), request_id="abc")
    store().forget(f"otp_session:{key.pk}")

    again = check(modern_shell, key, code(now), request_id="abc")

    assert again.json() == SUCCESS
    assert one_time_passwords.session_open(key.pk)
    assert owner(key).failed_attempts == 0


@pytest.mark.parametrize("attempt", ["", "abcdef", "12345", "1234567", "١٢٣٤٥٦", " 123456", "%s"])
def test_what_is_no_code_is_invalid(shell: Caller, key: Key, attempt: str) -> None:
    response = check(shell, key, attempt)

    assert (response.status_code, response.json()) == (200, INVALID)
    assert owner(key).failed_attempts == 1


def test_a_recovery_code_is_no_code(shell: Caller, key: Key) -> None:
    codes = shell.post("two_factor_recovery_codes", key_id=key.pk).json()["recovery_codes"]

    assert check(shell, key, codes[0]).json() == INVALID


def test_ten_failures_lock_the_account_for_a_while(shell: Caller, key: Key, now: datetime) -> None:
    answers = [check(shell, key, wrong_code(now)).json() for _ in range(10)]

    locked = check(shell, key, code(now))

    assert answers == [INVALID] * 10
    assert locked.json() == refusal("Your account is locked")
    assert owner(key).locked(at=timezone.now())
    later = timezone.now() + timedelta(minutes=10)
    with mock.patch("django.utils.timezone.now", return_value=later):
        assert check(shell, key, code(later)).json() == SUCCESS
    assert (owner(key).failed_attempts, owner(key).locked_at) == (0, None)


def test_after_a_lock_the_count_begins_anew(shell: Caller, key: Key, now: datetime) -> None:
    User.objects.filter(pk=owner(key).pk).update(failed_attempts=10, locked_at=now - timedelta(minutes=11))

    check(shell, key, wrong_code(now))

    assert (owner(key).failed_attempts, owner(key).locked_at) == (1, None)


def test_a_success_resets_the_count(shell: Caller, key: Key, now: datetime) -> None:
    for _ in range(9):
        check(shell, key, wrong_code(now))

    check(shell, key, code(now))

    assert owner(key).failed_attempts == 0


def test_the_number_of_attempts_is_a_setting(
    shell: Caller, key: Key, now: datetime, settings: Settings
) -> None:
    settings.MAX_LOGIN_ATTEMPTS = 1
    check(shell, key, wrong_code(now))

    response = check(shell, key, code(now))

    assert response.json() == refusal("Your account is locked")


@pytest.mark.parametrize("state", [state for state in UserState if state != UserState.ACTIVE])
def test_who_is_not_active_is_locked_out(shell: Caller, key: Key, now: datetime, state: UserState) -> None:
    User.objects.filter(pk=owner(key).pk).update(state=state)

    response = check(shell, key, code(now))

    assert response.json() == refusal("Your account is locked")


def test_a_device_without_secret_has_no_codes(shell: Caller) -> None:
    device = SecondFactorDeviceFactory.create()
    key = KeyFactory.create(user=device.user)

    assert check(shell, key, "123456").json() == INVALID


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_code_is_a_bad_request(shell: Caller, key: Key, name: str) -> None:
    response = shell.post(name, key_id=key.pk)

    message = '400 Bad request - "otp_attempt" not given'
    assert (response.status_code, response.json()) == (400, {"message": message})
    assert owner(key).failed_attempts == 0


def test_a_missing_code_comes_after_the_lock(shell: Caller, key: Key, now: datetime) -> None:
    User.objects.filter(pk=owner(key).pk).update(failed_attempts=10, locked_at=now)

    response = shell.post("two_factor_otp_check", key_id=key.pk)

    assert response.json() == refusal("Your account is locked")


def test_a_code_of_a_wrong_type_is_a_bad_request(shell: Caller, key: Key) -> None:
    response = shell.post("two_factor_otp_check", key_id=key.pk, otp_attempt=123456)

    message = '400 Bad request - "otp_attempt" is invalid'
    assert (response.status_code, response.json()) == (400, {"message": message})


@pytest.mark.parametrize("name", [*NAMES, "two_factor_config"])
def test_a_user_without_key_does_not_suffice(shell: Caller, key: Key, name: str) -> None:
    answers = [
        shell.post(name, otp_attempt="123456", **parameters).json()
        for parameters in ({"user_id": key.user_id}, {"username": owner(key).username}, {"key_id": 10**9}, {})
    ]

    assert answers == [refusal("Could not find the given key")] * 4


@pytest.mark.parametrize("name", [*NAMES, "two_factor_config"])
def test_a_key_without_owner_is_refused(shell: Caller, name: str) -> None:
    key = KeyFactory.create(user=None)

    response = shell.post(name, key_id=key.pk, otp_attempt="123456")

    assert response.json() == refusal("Could not find a user for the given key")


@pytest.mark.parametrize("name", NAMES)
def test_a_deploy_key_is_refused(shell: Caller, name: str) -> None:
    key = DeployKeyFactory.create()

    response = shell.post(name, key_id=key.pk, otp_attempt="123456")

    assert response.json() == refusal("Deploy keys cannot be used for Two Factor")


@pytest.mark.parametrize("name", NAMES)
def test_without_two_factor_authentication_there_is_no_check(shell: Caller, name: str) -> None:
    key = KeyFactory.create()

    response = shell.post(name, key_id=key.pk, otp_attempt="123456")

    assert response.json() == refusal("Two-factor authentication is not enabled for this user")


def test_the_config_says_whether_it_is_on(shell: Caller, key: Key) -> None:
    without, deploy_key = KeyFactory.create(), DeployKeyFactory.create(user=key.user)

    answers = [
        shell.post("two_factor_config", key_id=found.pk).json() for found in (key, without, deploy_key)
    ]

    assert answers == [
        {"success": True, "two_factor_required": True},
        {"success": True, "two_factor_required": False},
        {"success": True, "two_factor_required": False},
    ]


@pytest.mark.parametrize("body", [{}, {"key_id": "1"}, {"user_id": 1}])
def test_push_is_never_available(shell: Caller, body: dict[str, Any]) -> None:
    response = shell.post("two_factor_push_otp_check", **body)

    assert (response.status_code, response.json()) == (200, refusal("Feature is not available"))


@pytest.mark.parametrize("name", [*NAMES, "two_factor_config", "two_factor_push_otp_check"])
def test_without_credential_nothing_happens(stranger: Caller, key: Key, now: datetime, name: str) -> None:
    response = stranger.post(name, key_id=key.pk, otp_attempt=code(now))

    assert (response.status_code, response.json()) == (401, {"message": "401 Unauthorized"})
    assert not one_time_passwords.session_open(key.pk)


def test_the_secret_is_stored_encrypted() -> None:
    user = UserFactory.create(username="rubi")

    uri = one_time_passwords.enrol(user)

    secret = pyotp.parse_uri(uri).secret
    row = OtpSecret.objects.get(user=user)
    assert secret not in OtpSecret.objects.values_list("secret", flat=True)[0].token
    assert row.secret.reveal() == secret
    assert uri.startswith("otpauth://totp/localhost:rubi?secret=")


def test_a_new_secret_ends_the_old_one_and_its_sessions(shell: Caller, key: Key, now: datetime) -> None:
    check(shell, key, code(now, steps=-1))

    one_time_passwords.enrol(owner(key))

    assert not one_time_passwords.session_open(key.pk)
    assert check(shell, key, code(now)).json() == INVALID


def test_a_lost_encryption_key_is_an_error_and_no_refusal(
    shell: Caller, key: Key, now: datetime, encryption_keys: Path
) -> None:
    encryption_keys.unlink()

    response = check(shell, key, code(now))

    assert (response.status_code, response.json()) == (500, {"message": "500 Internal Server Error"})
    assert owner(key).failed_attempts == 0


def test_another_encryption_key_opens_nothing(key: Key, encryption_keys: Path) -> None:
    encryption_keys.write_text("A" * 43 + "=")

    with pytest.raises(Undecryptable):
        OtpSecret.objects.get(user=key.user).secret.reveal()
