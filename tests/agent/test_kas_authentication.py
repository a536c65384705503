"""Who kas is: the token that it signs anew for each request."""

import base64
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.agent.conftest import KAS_KEY
from tests.agent.kas import claims, signed
from tests.callers import Caller

pytestmark = pytest.mark.django_db
REFUSED = {"message": "KAS JWT authentication invalid"}
OTHER_KEY = b"\xff" * 32


def status_of(token: str) -> int:
    caller = Caller(sign=lambda: {"Gitlab-Kas-Api-Request": token}, user_agent="gitlab-kas/v14.1.1/7a36596")
    response = caller.post("kubernetes/usage_metrics")
    if response.status_code == 401:
        assert response.json() == REFUSED
    return response.status_code


def changed(**changes: Any) -> dict[str, Any]:
    """kas's own claims with some changed; ``None`` leaves one out."""
    merged = {**claims(time.time()), **changes}
    return {name: value for name, value in merged.items() if value is not None}


def test_takes_the_token_that_kas_signs() -> None:
    assert status_of(signed(claims(time.time()), KAS_KEY)) == 204


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": None, "nbf": None, "iat": None, "aud": None},
        {"aud": "gitlab"},
        {"aud": ["other", "gitlab"]},
        {"iat": 99999999999},
        {"iat": "yesterday"},
        {"sub": 17, "jti": 4},
        {"exp": 10**30},
    ],
)
def test_takes_claims_that_hold(changes: dict[str, Any]) -> None:
    assert status_of(signed(changed(**changes), KAS_KEY)) == 204


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": None},
        {"iss": "gitlab-shell"},
        {"iss": ["gitlab-kas"]},
        {"aud": "other"},
        {"aud": []},
        {"aud": {"gitlab": 1}},
        {"exp": "tomorrow"},
        {"exp": "99999999999"},
        {"exp": [99999999999]},
        {"nbf": True},
        {"exp": float("nan")},
    ],
)
def test_refuses_claims_that_do_not(changes: dict[str, Any]) -> None:
    assert status_of(signed(changed(**changes), KAS_KEY)) == 401


@pytest.mark.parametrize(
    ("claim", "seconds", "status"),
    [("exp", -3, 204), ("exp", -6, 401), ("nbf", 3, 204), ("nbf", 30, 401)],
)
def test_clocks_may_differ_by_five_seconds(claim: str, seconds: int, status: int) -> None:
    assert status_of(signed(changed(**{claim: time.time() + seconds}), KAS_KEY)) == status


@pytest.mark.parametrize(("claim", "status"), [("exp", 204), ("nbf", 204), ("aud", 401), ("iss", 401)])
def test_a_time_that_is_null_is_none_and_nobody_else_may_be(claim: str, status: int) -> None:
    assert status_of(signed({**claims(time.time()), claim: None}, KAS_KEY)) == status


@pytest.mark.parametrize("value", [5, None, [], {}])
@pytest.mark.parametrize("claim", ["sub", "jti", "iat"])
def test_other_registered_claims_of_whatever_type_do_not_matter(claim: str, value: Any) -> None:
    assert status_of(signed({**claims(time.time()), claim: value}, KAS_KEY)) == 204


@pytest.mark.parametrize(
    "token",
    [
        "",
        " ",
        "a",
        "a.b",
        "a.b.c",
        "ä.ö.ü",
        signed(claims(time.time()), OTHER_KEY),
        signed(claims(time.time()), base64.b64encode(KAS_KEY)),
        signed(claims(time.time()), KAS_KEY, {"alg": "none", "typ": "JWT"}),
        signed(claims(time.time()), KAS_KEY, {"alg": "HS384", "typ": "JWT"}),
        signed(claims(time.time()), KAS_KEY, {"alg": ["HS256"], "typ": "JWT"}),
        signed([1], KAS_KEY),
        signed("gitlab-kas", KAS_KEY),
        f"{base64.urlsafe_b64encode(b'[' * 5_000).decode()}.e30.c2ln",
        f"{base64.urlsafe_b64encode(b'{}').decode()}.e30.",
    ],
)
def test_refuses_what_is_no_token_of_kas(token: str) -> None:
    assert status_of(token) == 401


def test_refuses_a_request_without_token(stranger: Caller) -> None:
    response = stranger.post("kubernetes/usage_metrics")

    assert (response.status_code, response.json()) == (401, REFUSED)


def test_the_previous_secret_counts_while_a_rotation_is_open(kas_secret: Path) -> None:
    old = signed(claims(time.time()), OTHER_KEY)
    assert status_of(old) == 401
    settings.KAS_PREVIOUS_SECRET_FILE.write_bytes(base64.b64encode(OTHER_KEY))

    assert status_of(old) == 204
    assert status_of(signed(claims(time.time()), KAS_KEY)) == 204

    settings.KAS_PREVIOUS_SECRET_FILE.unlink()
    assert status_of(old) == 401


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        base64.b64encode(KAS_KEY[:31]),
        base64.b64encode(KAS_KEY + b"x"),
        base64.b64encode(KAS_KEY) + b"\n\n",
        b" " + base64.b64encode(KAS_KEY),
        KAS_KEY,
    ],
)
def test_a_malformed_secret_authenticates_nobody_and_is_logged(
    kas_secret: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    kas_secret.write_bytes(content)

    assert status_of(signed(claims(time.time()), KAS_KEY)) == 401
    assert "no key of kas" in caplog.text


def test_a_missing_secret_authenticates_nobody_and_is_not_created(kas_secret: Path) -> None:
    kas_secret.unlink()

    assert status_of(signed(claims(time.time()), KAS_KEY)) == 401
    assert not kas_secret.exists()
