"""`POST /two_factor_recovery_codes`."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from apps.directory.models import UserState
from apps.ssh_keys import recovery_codes
from apps.ssh_keys.models import RecoveryCode
from tests.callers import Caller
from tests.factories.directory import UserFactory
from tests.factories.key_owners import SecondFactorDeviceFactory
from tests.factories.ssh_keys import DeployKeyFactory, KeyFactory

pytestmark = pytest.mark.django_db

NO_USER = {"success": False, "message": "Could not find the given user"}
NO_KEY = {"success": False, "message": "Could not find the given key"}


def test_ten_codes_are_given_out_and_only_their_digests_are_kept(shell: Caller) -> None:
    key = KeyFactory.create(user__otp_required_for_login=True)

    response = shell.post("two_factor_recovery_codes", key_id=str(key.pk))

    body = response.json()
    codes = body["recovery_codes"]
    assert response.status_code == 200
    assert body == {"success": True, "recovery_codes": codes}
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"[0-9a-f]{16}", code) for code in codes)
    assert key.user is not None
    digests = set(key.user.recovery_codes.values_list("digest", flat=True))
    assert digests == {recovery_codes.digest(code) for code in codes}


def test_the_set_delivered_last_is_the_valid_one(shell: Caller) -> None:
    key = KeyFactory.create(user__otp_required_for_login=True)
    request_id = {"X-Request-Id": "the-same"}
    shell.request("POST", "two_factor_recovery_codes", {"key_id": key.pk}, headers=request_id, format="json")

    again = shell.request(
        "POST", "two_factor_recovery_codes", {"key_id": key.pk}, headers=request_id, format="json"
    )

    digests = set(RecoveryCode.objects.values_list("digest", flat=True))
    assert digests == {recovery_codes.digest(code) for code in again.json()["recovery_codes"]}


def test_the_codes_of_others_stay(shell: Caller) -> None:
    mine, other = KeyFactory.create_batch(2, user__otp_required_for_login=True)
    shell.post("two_factor_recovery_codes", key_id=other.pk)

    shell.post("two_factor_recovery_codes", key_id=mine.pk)

    assert RecoveryCode.objects.filter(user=other.user).count() == 10


def test_a_user_id_alone_is_enough(shell: Caller) -> None:
    user = UserFactory.create(otp_required_for_login=True)

    response = shell.post("two_factor_recovery_codes", user_id=user.pk)

    assert len(response.json()["recovery_codes"]) == 10


def test_a_device_turns_two_factor_authentication_on(shell: Caller) -> None:
    device = SecondFactorDeviceFactory.create()

    response = shell.post("two_factor_recovery_codes", user_id=device.user_id)

    assert response.json()["success"] is True


def test_a_blocked_user_gets_codes(shell: Caller) -> None:
    user = UserFactory.create(otp_required_for_login=True, state=UserState.BLOCKED)

    response = shell.post("two_factor_recovery_codes", user_id=user.pk)

    assert response.json()["success"] is True


@pytest.mark.parametrize(
    ("parameters", "answer"),
    [
        ({"user_id": 12345}, NO_USER),
        ({"user_id": ""}, NO_USER),
        ({"key_id": "12345", "user_id": 12345}, NO_USER),
        ({"key_id": "12345"}, NO_KEY),
        ({"key_id": "nonsense"}, NO_KEY),
        ({}, NO_KEY),
        ({"username": "rubi"}, NO_KEY),
        ({"identifier": "user-70"}, NO_KEY),
        ({"identifier": "key-70"}, NO_KEY),
    ],
)
def test_who_is_not_named_by_key_or_user_id_is_refused(
    shell: Caller, parameters: dict[str, Any], answer: dict[str, Any]
) -> None:
    KeyFactory.create(pk=70, user__pk=70, user__username="rubi", user__otp_required_for_login=True)

    response = shell.post("two_factor_recovery_codes", **parameters)

    assert (response.status_code, response.json()) == (200, answer)


def test_an_unknown_key_hides_a_known_user_id(shell: Caller) -> None:
    user = UserFactory.create(otp_required_for_login=True)

    response = shell.post("two_factor_recovery_codes", key_id="12345", user_id=user.pk)

    assert response.json() == NO_USER


def test_a_key_without_owner_is_refused(shell: Caller) -> None:
    key = KeyFactory.create(user=None)

    response = shell.post("two_factor_recovery_codes", key_id=key.pk)

    assert response.json() == {"success": False, "message": "Could not find a user for the given key"}


@pytest.mark.parametrize("creator", [{}, {"user": None}])
def test_a_deploy_key_is_refused_with_or_without_creator(shell: Caller, creator: dict[str, Any]) -> None:
    key = DeployKeyFactory.create(**creator)

    response = shell.post("two_factor_recovery_codes", key_id=key.pk)

    message = "Deploy keys cannot be used to retrieve recovery codes"
    assert response.json() == {"success": False, "message": message}


def test_without_two_factor_authentication_there_are_no_codes(shell: Caller) -> None:
    key = KeyFactory.create()

    response = shell.post("two_factor_recovery_codes", key_id=key.pk)

    message = "Two-factor authentication is not enabled for this user"
    assert response.json() == {"success": False, "message": message}


def test_a_key_notes_its_use_even_when_refused(shell: Caller, now: datetime) -> None:
    key = KeyFactory.create(last_used_at=now - timedelta(hours=25))

    shell.post("two_factor_recovery_codes", key_id=key.pk)

    key.refresh_from_db()
    assert key.last_used_at is not None
    assert key.last_used_at >= now


def test_the_doc_s_form_is_understood(shell: Caller) -> None:
    key = KeyFactory.create(user__otp_required_for_login=True)

    response = shell.request(
        "POST",
        "two_factor_recovery_codes",
        f"key_id={key.pk}",
        content_type="application/x-www-form-urlencoded",
    )

    assert len(response.json()["recovery_codes"]) == 10


def test_get_is_no_method_of_it(shell: Caller) -> None:
    response = shell.get("two_factor_recovery_codes", key_id="7")

    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert response.json() == {"error": "405 Not Allowed"}


def test_without_credential_nothing_happens(stranger: Caller) -> None:
    key = KeyFactory.create(user__otp_required_for_login=True)

    response = stranger.post("two_factor_recovery_codes", key_id=key.pk)

    assert (response.status_code, response.json()) == (401, {"message": "401 Unauthorized"})
    assert not RecoveryCode.objects.exists()
