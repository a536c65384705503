"""A deployment without its secrets fails its checks, with a hint."""

from pathlib import Path

import pytest
from django.core.checks import CheckMessage
from pytest_django.fixtures import Settings

from apps.core.checks import kas_secret_file, secret_files, workhorse_secret_file
from tests.environment import KAS_SECRET


@pytest.fixture
def secret_file(settings: Settings, tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text("0123456789abcdef0123456789abcdef\n")
    path.chmod(0o600)
    settings.SHELL_SECRET_FILE = path
    return path


def test_a_private_secret_passes(secret_file: Path) -> None:
    assert [message for message in secret_files() if str(secret_file) in message.msg] == []


def test_a_missing_secret_is_an_error_with_a_hint(secret_file: Path) -> None:
    secret_file.unlink()

    (message,) = (message for message in secret_files() if str(secret_file) in message.msg)

    assert message.id == "gitlab_internal.E001"
    assert message.hint == "Create it with mode 0600, or let SHELL_SECRET_FILE name another file."


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_secret_that_others_can_read_is_an_error(secret_file: Path, mode: int) -> None:
    secret_file.chmod(mode)

    (message,) = (message for message in secret_files() if str(secret_file) in message.msg)

    assert message.id == "gitlab_internal.E002"
    assert message.hint == f"chmod 600 {secret_file}"


def test_a_short_secret_is_a_warning(secret_file: Path) -> None:
    secret_file.write_text("short\n")

    (message,) = (message for message in secret_files() if str(secret_file) in message.msg)

    assert message.id == "gitlab_internal.W001"


@pytest.fixture(params=["KAS_SECRET_FILE", "WORKHORSE_SECRET_FILE"])
def key_file(settings: Settings, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    path = tmp_path / "key"
    path.write_text(KAS_SECRET)
    path.chmod(0o600)
    setattr(settings, request.param, path)
    return path


def about(path: Path, messages: list[CheckMessage]) -> list[str | None]:
    return [message.id for message in messages if str(path) in message.msg]


def deployment() -> list[CheckMessage]:
    return [*kas_secret_file(), *workhorse_secret_file()]


def test_a_private_key_passes(key_file: Path) -> None:
    assert about(key_file, [*secret_files(), *deployment()]) == []


def test_a_missing_key_is_an_error_of_a_deployment_only(key_file: Path) -> None:
    key_file.unlink()

    assert about(key_file, secret_files()) == []
    assert about(key_file, deployment()) == ["gitlab_internal.E001"]


def test_a_key_that_others_can_read_is_an_error(key_file: Path) -> None:
    key_file.chmod(0o640)

    assert about(key_file, secret_files()) == ["gitlab_internal.E002"]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "not Base64!",
        KAS_SECRET * 2,
        KAS_SECRET.strip()[:-1],
        KAS_SECRET.replace("8=", "9="),
        "0123456789abcdef0123456789abcdef",
    ],
)
def test_a_key_is_strict_base64_of_32_bytes(key_file: Path, content: str) -> None:
    key_file.write_text(content)

    assert about(key_file, secret_files()) == ["gitlab_internal.E003"]
