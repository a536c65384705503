"""What the owner of a key may ask for, from several connections at once, over a real instance."""

import base64
import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pyotp
import pytest

from tests.instances import Instance, running_instance

AT_ONCE = 8


@pytest.fixture(scope="module")
def instance() -> Iterator[Instance]:
    with running_instance(MAX_LOGIN_ATTEMPTS="5") as instance:
        yield instance


@pytest.fixture
def otp(instance: Instance) -> pyotp.TOTP:
    """The authenticator app of rubi, the owner of key 7."""
    otp = pyotp.parse_uri(instance.manage("user", "enrol-otp", "rubi", "--replace").split()[-1])
    assert isinstance(otp, pyotp.TOTP)
    return otp


def post(instance: Instance, path: str, request_id: str, **body: Any) -> Any:
    headers = {
        "Gitlab-Shared-Secret": base64.b64encode(
            (instance.data / ".gitlab_shell_secret").read_bytes()
        ).decode(),
        "Content-Type": "application/json",
        "X-Request-Id": request_id,
    }
    return instance.request("POST", f"/api/v4/internal/{path}", json.dumps(body), headers).json()


def at_once(instance: Instance, path: str, request_ids: list[str], **body: Any) -> list[Any]:
    with ThreadPoolExecutor(len(request_ids)) as pool:
        return list(pool.map(lambda request_id: post(instance, path, request_id, **body), request_ids))


def test_one_request_delivered_many_times_at_once_makes_one_token(instance: Instance) -> None:
    body = {"user_id": 29, "name": "mine", "scopes": ["api"]}

    answers = at_once(instance, "personal_access_token", ["the-same"] * AT_ONCE, **body)

    assert len({answer["token"] for answer in answers}) == 1


def test_a_code_counts_once_however_often_it_is_typed_at_once(instance: Instance, otp: pyotp.TOTP) -> None:
    request_ids = [f"typed-{number}" for number in range(4)]  # fewer than would lock the account

    answers = at_once(instance, "two_factor_otp_check", request_ids, key_id="7", otp_attempt=otp.now())

    assert sorted(answer["success"] for answer in answers) == [False, False, False, True]


def test_many_requests_at_once_get_no_more_attempts(instance: Instance, otp: pyotp.TOTP) -> None:
    unlock = "from apps.directory.models import User; User.objects.get(pk=7).forget_failures()"
    instance.manage("shell", "--no-imports", "-c", unlock)
    wrong = otp.at(0, counter_offset=10**6)

    answers = at_once(
        instance,
        "two_factor_otp_check",
        [f"guess-{number}" for number in range(AT_ONCE)],
        key_id="7",
        otp_attempt=wrong,
    )

    texts = Counter(answer["message"] for answer in answers)
    assert texts == {"Invalid OTP": 5, "Your account is locked": 3}


def test_two_new_sets_of_codes_at_once_do_not_mix(instance: Instance) -> None:
    at_once(instance, "two_factor_recovery_codes", ["one", "two", "three"], key_id="7")

    count = "from apps.ssh_keys.models import RecoveryCode as R; print(R.objects.filter(user=7).count())"
    assert instance.manage("shell", "--no-imports", "-c", count).strip() == "10"
