"""The last use of a secret is known to all processes of a host, and costs next to nothing."""

import os
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from apps.core import secret_uses


@pytest.fixture(autouse=True)
def data(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA = tmp_path
    return tmp_path


@pytest.fixture
def secret() -> bytes:
    """One that this process has never seen."""
    return secrets.token_bytes(16)


def age(data: Path, secret: bytes, by: timedelta) -> float:
    """Let the recorded use lie further back."""
    path = data / "secret_uses" / secret_uses.identifier(secret)
    moment = (datetime.now(UTC) - by).timestamp()
    os.utime(path, (moment, moment))
    return moment


def test_a_secret_that_nobody_used_has_no_last_use(secret: bytes) -> None:
    assert secret_uses.last(secret) is None


def test_a_use_is_recorded(secret: bytes) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)

    secret_uses.note(secret)

    last = secret_uses.last(secret)
    assert last is not None
    assert before < last <= datetime.now(UTC)


def test_a_process_records_a_use_once_a_minute(data: Path, secret: bytes) -> None:
    secret_uses.note(secret)
    earlier = age(data, secret, timedelta(hours=1))

    secret_uses.note(secret)

    last = secret_uses.last(secret)
    assert last is not None
    assert last.timestamp() == pytest.approx(earlier)


def test_after_a_minute_it_is_recorded_again(
    data: Path, secret: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret_uses.note(secret)
    earlier = age(data, secret, timedelta(hours=1))
    monkeypatch.setattr(secret_uses, "INTERVAL", 0)

    secret_uses.note(secret)

    last = secret_uses.last(secret)
    assert last is not None
    assert last.timestamp() > earlier + 3000


def test_neither_file_nor_name_tells_the_secret(data: Path, secret: bytes, settings: Settings) -> None:
    secret_uses.note(secret)

    (file,) = (data / "secret_uses").iterdir()
    assert (file.name, file.read_bytes()) == (secret_uses.identifier(secret), b"")
    assert len(file.name) == 8
    settings.SECRET_KEY = "another instance"
    assert secret_uses.identifier(secret) != file.name


def test_what_cannot_be_recorded_harms_nobody(data: Path, secret: bytes) -> None:
    (data / "secret_uses").write_text("no folder")

    secret_uses.note(secret)


def test_a_secret_that_has_gone_is_forgotten(secret: bytes) -> None:
    secret_uses.note(secret)

    secret_uses.forget(secret)

    assert secret_uses.last(secret) is None
