"""The shared secret itself, in the header or as a parameter: what GitLab Shell sent until it had tokens."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.callers import Caller
from tests.contract.answers import ACCEPTED, REFUSED, answer
from tests.contract.shell_secret import SECRET, SecretFiles, token

pytestmark = pytest.mark.django_db


def header(content: bytes) -> dict[str, str]:
    return {"Gitlab-Shared-Secret": base64.b64encode(content).decode()}


@pytest.mark.parametrize("line_end", [b"", b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("content", [SECRET, SECRET + b"\n", SECRET + b"\r\n", SECRET + b"\r"])
def test_one_line_end_counts_on_neither_side(
    stranger: Caller, secret_files: SecretFiles, content: bytes, line_end: bytes
) -> None:
    secret_files.current.write_bytes(content)

    assert answer(stranger, header(SECRET + line_end)) == ACCEPTED


@pytest.mark.parametrize(
    "offered", [SECRET + b"\n\n", b"\n" + SECRET, SECRET[:-1], SECRET + b"0", SECRET.upper()]
)
def test_anything_else_around_the_secret_counts(
    stranger: Caller, secret_files: SecretFiles, offered: bytes
) -> None:
    assert answer(stranger, header(offered)) == REFUSED


def test_characters_outside_the_alphabet_are_dropped(stranger: Caller, secret_files: SecretFiles) -> None:
    encoded = base64.b64encode(secret_files.content).decode()
    folded = f" {encoded[:20]}\t{encoded[20:]}-%"

    assert answer(stranger, {"Gitlab-Shared-Secret": folded}) == ACCEPTED


def test_padding_may_be_missing(stranger: Caller, secret_files: SecretFiles) -> None:
    encoded = base64.b64encode(SECRET).decode()
    assert encoded.endswith("=")

    assert answer(stranger, {"Gitlab-Shared-Secret": encoded.rstrip("=")}) == ACCEPTED


def test_the_header_is_never_compared_raw(stranger: Caller, secret_files: SecretFiles) -> None:
    assert answer(stranger, {"Gitlab-Shared-Secret": SECRET.decode()}) == REFUSED


@pytest.mark.parametrize("where", ["query", "form", "json", "multipart"])
@pytest.mark.parametrize(
    "offered",
    [
        SECRET.decode(),
        f"{SECRET.decode()}\n",
        f"{SECRET.decode()}\r\n",
        base64.b64encode(SECRET).decode(),
        base64.b64encode(SECRET + b"\n").decode(),
    ],
)
def test_secret_token_is_the_secret_raw_or_encoded(
    stranger: Caller, secret_files: SecretFiles, where: str, offered: str
) -> None:
    assert pre_receive(stranger.client, where, offered) == (200, {"reference_counter_increased": True})


@pytest.mark.parametrize("where", ["query", "form", "json", "multipart"])
@pytest.mark.parametrize("offered", ["", "\n", SECRET.decode()[:-1], f"{SECRET.decode()}\n\n"])
def test_any_other_secret_token_is_refused(
    stranger: Caller, secret_files: SecretFiles, where: str, offered: str
) -> None:
    assert pre_receive(stranger.client, where, offered) == REFUSED


@pytest.mark.parametrize("offered", [None, 5, True, ["x"], {"a": "b"}, "\ud800", "\0"])
def test_a_secret_token_of_another_type_is_refused(
    stranger: Caller, secret_files: SecretFiles, offered: Any
) -> None:
    assert pre_receive(stranger.client, "json", offered) == REFUSED


def pre_receive(client: APIClient, where: str, secret_token: Any) -> tuple[int, Any]:
    path, body = "/api/v4/internal/pre_receive", {"gl_repository": "project-7"}
    with_secret = {**body, "secret_token": secret_token}
    match where:
        case "query":
            response = client.post(path, body, format="json", query_params={"secret_token": secret_token})
        case "form":
            encoded = "&".join(f"{name}={quoted(value)}" for name, value in with_secret.items())
            response = client.post(path, encoded, content_type="application/x-www-form-urlencoded")
        case "json":  # DRF's own encoder takes no lone surrogate
            response = client.post(path, json.dumps(with_secret), content_type="application/json")
        case _:
            response = client.post(path, with_secret, format="multipart")
    return response.status_code, response.json()


def quoted(value: str) -> str:
    return "".join(f"%{byte:02x}" for byte in value.encode())


@pytest.mark.parametrize("signed", [header, token])
def test_a_bad_credential_beside_a_good_one_does_not_refuse(
    stranger: Caller, secret_files: SecretFiles, signed: Callable[[bytes], dict[str, str]]
) -> None:
    good = signed(SECRET)
    bad = {"Gitlab-Shared-Secret": "bm8=", "Gitlab-Shell-Api-Request": "no", "Authorization": "Bearer no"}

    assert answer(stranger, {**bad, **good}, query_params={"secret_token": "no"}) == ACCEPTED


def test_a_good_parameter_counts_beside_bad_headers(stranger: Caller, secret_files: SecretFiles) -> None:
    bad = {"Gitlab-Shared-Secret": "bm8=", "Gitlab-Shell-Api-Request": "no"}

    assert answer(stranger, bad, query_params={"secret_token": SECRET.decode()}) == ACCEPTED


def test_basic_credentials_meant_for_a_proxy_are_ignored(stranger: Caller, secret_files: SecretFiles) -> None:
    basic = {"Authorization": "Basic dXNlcjpwYXNzd29yZA=="}

    assert answer(stranger, {**basic, **header(SECRET)}) == ACCEPTED
    assert answer(stranger, basic) == REFUSED
