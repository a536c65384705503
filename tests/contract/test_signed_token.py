"""The token in ``Gitlab-Shell-Api-Request``: what GitLab Shell and Gitaly send today."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.callers import Caller
from tests.contract.answers import ACCEPTED, REFUSED, answer
from tests.contract.shell_secret import SECRET, SecretFiles, token

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("secret_files")]

# Further from the limit of 60 seconds than a test is slow.
MARGIN = 20
ODD: list[Any] = [5, None, [], {}, "x", 1e999]


@pytest.mark.parametrize("content", [SECRET, SECRET + b"\n", b" " + SECRET + b"\r\n\n"])
def test_the_key_is_the_file_trimmed_or_as_it_is(
    stranger: Caller, secret_files: SecretFiles, content: bytes
) -> None:
    secret_files.current.write_bytes(content)

    assert answer(stranger, token(SECRET)) == ACCEPTED
    assert answer(stranger, token(content)) == ACCEPTED


def test_another_key_is_refused(stranger: Caller) -> None:
    assert answer(stranger, token(SECRET + b"\r\n")) == REFUSED


@pytest.mark.parametrize(
    "issuer", [None, "", "gitlab-kas", "gitlab-shell ", "GitLab-Shell", ["gitlab-shell"]]
)
def test_the_issuer_is_gitlab_shell(stranger: Caller, issuer: Any) -> None:
    if not isinstance(issuer, list):
        assert answer(stranger, token(SECRET, iss=issuer)) == REFUSED
    else:
        assert answer(stranger, signed({"iss": issuer})) == REFUSED


@pytest.mark.parametrize(
    ("claim", "offset", "expected"),
    [
        ("exp", -60 + MARGIN, ACCEPTED),
        ("exp", -60 - MARGIN, REFUSED),
        ("nbf", 60 - MARGIN, ACCEPTED),
        ("nbf", 60 + MARGIN, REFUSED),
        ("iat", 10, ACCEPTED),
        ("iat", 3600, ACCEPTED),
    ],
)
def test_times_are_checked_with_a_minute_of_leeway_and_iat_not_at_all(
    stranger: Caller, claim: str, offset: int, expected: tuple[int, Any]
) -> None:
    times: dict[str, Any] = {claim: int(time.time()) + offset}

    assert answer(stranger, token(SECRET, **times)) == expected


def test_times_may_be_absent(stranger: Caller) -> None:
    assert answer(stranger, token(SECRET, iat=None, exp=None)) == ACCEPTED


def test_the_same_token_counts_again(stranger: Caller) -> None:
    headers = token(SECRET)

    assert answer(stranger, headers) == ACCEPTED
    assert answer(stranger, headers) == ACCEPTED


def test_an_audience_does_not_matter(stranger: Caller) -> None:
    assert answer(stranger, token(SECRET, aud="somebody else")) == ACCEPTED


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
@pytest.mark.filterwarnings("ignore:The HMAC key is")  # it is right, only the algorithm is not
def test_another_digest_is_refused(stranger: Caller, algorithm: str) -> None:
    assert answer(stranger, token(SECRET, algorithm=algorithm)) == REFUSED


def test_an_unsigned_token_is_refused(stranger: Caller) -> None:
    unsigned = token(None, algorithm="none")

    assert answer(stranger, unsigned) == REFUSED
    assert answer(stranger, {name: f"{value}AAAA" for name, value in unsigned.items()}) == REFUSED


def test_a_token_with_an_asymmetric_signature_is_refused(stranger: Caller) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    assert answer(stranger, token(key, algorithm="RS256")) == REFUSED


def test_the_word_bearer_does_not_belong_there(stranger: Caller) -> None:
    (value,) = token(SECRET).values()

    assert answer(stranger, {"Gitlab-Shell-Api-Request": f"Bearer {value}"}) == REFUSED
    assert answer(stranger, {"Authorization": f"Bearer {value}"}) == REFUSED


@pytest.mark.parametrize(
    "claims", [{"exp": True}, {"exp": []}, {"nbf": {}}, {"exp": 1e999}, {"exp": "x"}, 5, []]
)
def test_a_well_signed_token_that_makes_no_sense_is_refused(stranger: Caller, claims: Any) -> None:
    payload = {"iss": "gitlab-shell", **claims} if isinstance(claims, dict) else claims

    assert answer(stranger, signed(payload)) == REFUSED


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": None},
        {"nbf": None},
        *({name: value} for name in ("sub", "jti", "aud", "iat") for value in ODD),
    ],
)
def test_other_registered_claims_of_whatever_type_do_not_matter(stranger: Caller, claims: Any) -> None:
    assert answer(stranger, signed({"iss": "gitlab-shell", **claims})) == ACCEPTED


def signed(payload: Any) -> dict[str, str]:
    """Sign what the library refuses to sign."""
    parts = [json.dumps({"alg": "HS256", "typ": "JWT"}), json.dumps(payload)]
    text = ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)
    digest = hmac.new(SECRET, text.encode(), hashlib.sha256).digest()
    signature = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return {"Gitlab-Shell-Api-Request": f"{text}.{signature}"}
