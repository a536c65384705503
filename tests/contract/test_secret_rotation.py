"""Which secrets count: the current and the previous one, and none that a file does not hold."""

import base64
from collections.abc import Callable
from secrets import token_hex
from typing import Any

import pytest

from apps.core import secret_uses
from tests.callers import Caller
from tests.contract.answers import ACCEPTED, REFUSED, answer
from tests.contract.shell_secret import SECRET, SecretFiles, token

pytestmark = pytest.mark.django_db

OLD = b"00112233445566778899aabbccddeeff"


def as_header(secret: bytes) -> dict[str, Any]:
    return {"headers": {"Gitlab-Shared-Secret": base64.b64encode(secret).decode()}}


def as_parameter(secret: bytes) -> dict[str, Any]:
    return {"query_params": {"secret_token": secret.decode()}}


def as_token(secret: bytes) -> dict[str, Any]:
    return {"headers": token(secret)}


every_credential = pytest.mark.parametrize("credential", [as_header, as_parameter, as_token])
Credential = Callable[[bytes], dict[str, Any]]


def ask(stranger: Caller, options: dict[str, Any]) -> tuple[int, Any]:
    return answer(stranger, options.get("headers"), query_params=options.get("query_params"))


@every_credential
def test_both_secrets_count_during_a_rotation(
    stranger: Caller, secret_files: SecretFiles, credential: Credential
) -> None:
    secret_files.previous.write_bytes(OLD + b"\n")

    assert ask(stranger, credential(OLD)) == ACCEPTED
    assert ask(stranger, credential(SECRET)) == ACCEPTED


@every_credential
def test_the_last_use_of_each_secret_is_known(
    stranger: Caller, secret_files: SecretFiles, credential: Credential
) -> None:
    old, new = (token_hex(16).encode() for _ in range(2))  # this process has seen neither
    secret_files.current.write_bytes(new)
    secret_files.previous.write_bytes(old)

    assert ask(stranger, credential(old)) == ACCEPTED
    assert (secret_uses.last(old) is None, secret_uses.last(new) is None) == (False, True)

    assert ask(stranger, credential(new)) == ACCEPTED
    assert secret_uses.last(new) is not None


@every_credential
def test_a_finished_rotation_ends_the_previous_secret(
    stranger: Caller, secret_files: SecretFiles, credential: Credential
) -> None:
    secret_files.previous.write_bytes(OLD + b"\n")
    assert ask(stranger, credential(OLD)) == ACCEPTED

    secret_files.previous.unlink()

    assert ask(stranger, credential(OLD)) == REFUSED


@every_credential
def test_a_secret_counts_from_the_moment_its_file_is_written(
    stranger: Caller, secret_files: SecretFiles, credential: Credential
) -> None:
    assert ask(stranger, credential(OLD)) == REFUSED

    replacement = secret_files.current.with_name("new")
    replacement.write_bytes(OLD)
    replacement.rename(secret_files.current)

    assert ask(stranger, credential(OLD)) == ACCEPTED
    assert ask(stranger, credential(SECRET)) == REFUSED


@every_credential
def test_a_missing_file_authenticates_nobody(
    stranger: Caller, secret_files: SecretFiles, credential: Credential
) -> None:
    secret_files.current.unlink()

    assert ask(stranger, credential(SECRET)) == REFUSED


@pytest.mark.parametrize("content", [b"", b"\n", b"\r\n", b"\n\n", b" \n", b" "])
@pytest.mark.filterwarnings("ignore:The HMAC key is")  # as short as the file
def test_an_empty_file_authenticates_nobody(
    stranger: Caller, secret_files: SecretFiles, content: bytes
) -> None:
    secret_files.current.write_bytes(content)
    guesses = {b"", b"\n", b" ", b"  ", b"\n\n\n", content, content + b"\n", content.strip()}

    for guess in guesses:
        assert ask(stranger, as_header(guess)) == REFUSED
        assert ask(stranger, as_parameter(guess)) == REFUSED
        if guess:  # the library does not sign with nothing
            assert ask(stranger, as_token(guess)) == REFUSED
