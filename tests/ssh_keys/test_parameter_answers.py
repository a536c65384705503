"""What the endpoints about keys and owners answer to bodies that are not quite right, written down once.

An answer that is meant to change is changed in `parameter_answers.json`, by the text that its case has.
"""

from typing import Any

import pytest

from apps.directory.models import User
from apps.ssh_keys import one_time_passwords
from tests.callers import Caller
from tests.parameter_cases import written_down
from tests.shell_answers import answers, load_the_examples

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("encryption_keys")]

OWNER: dict[str, Any] = {"key_id": "7", "user_id": 29, "username": "rubi", "identifier": "user-1"}
TOKEN: dict[str, Any] = {"name": "n", "scopes": ["read_user", "api"], "expires_at": "13 Jun 1984"}
CERTIFICATE: dict[str, Any] = {"key": "SHA256:AAAA", "user_identifier": "rubi"}
ENDPOINTS: dict[str, tuple[str, dict[str, Any]]] = {
    "authorized_keys": ("GET", {"key": "AAAA"}),
    "discover": ("GET", OWNER),
    "two_factor_recovery_codes": ("POST", OWNER),
    "personal_access_token": ("POST", {**TOKEN, **OWNER}),
    "two_factor_config": ("POST", OWNER),
    "two_factor_manual_otp_check": ("POST", {"otp_attempt": "000000", **OWNER}),
    "two_factor_push_otp_check": ("POST", {"key_id": "11", "user_id": 29}),
    "authorized_certs": ("GET", CERTIFICATE),
}


@pytest.mark.parametrize("path", ENDPOINTS)
def test_the_answers_are_those_that_were_written_down(path: str, shell: Caller) -> None:
    load_the_examples()
    one_time_passwords.enrol(User.objects.get(username="rubi"))
    method, body = ENDPOINTS[path]

    assert answers(shell, method, path, body) == written_down(__file__, path)
