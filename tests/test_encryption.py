"""Secrets encrypted at rest, and the rotation of their key."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core import serializers
from django.core.management import CommandError, call_command
from pytest_django import Settings

from apps.ssh_keys.models import OtpSecret
from gitlab_internal import checks, encryption
from gitlab_internal.encryption import Encrypted, NoEncryptionKey, Undecryptable
from tests.factories.directory import UserFactory

TEXT = "a secret for the test"


@pytest.fixture
def keys(settings: Settings, tmp_path: Path) -> Path:
    settings.ENCRYPTION_KEYS_FILE = tmp_path / "encryption_keys"
    encryption.add_key(settings.ENCRYPTION_KEYS_FILE)
    return tmp_path / "encryption_keys"


@pytest.fixture
def row(keys: Path, db: None) -> OtpSecret:
    return OtpSecret.objects.create(user=UserFactory.create(), secret=Encrypted.of(TEXT))


def rotate(*options: str) -> list[str]:
    out = io.StringIO()
    call_command("rotate_encryption_key", *options, stdout=out)
    return out.getvalue().splitlines()


def test_only_who_asks_sees_the_text(row: OtpSecret) -> None:
    stored = OtpSecret.objects.get()

    assert stored.secret.reveal() == TEXT
    assert (str(stored.secret), repr(stored.secret)) == ("[encrypted]", "Encrypted(…)")


def test_the_key_file_is_private(keys: Path) -> None:
    assert keys.stat().st_mode & 0o777 == 0o600


def test_a_clear_text_is_never_stored(keys: Path, db: None) -> None:
    clear: Any = TEXT

    with pytest.raises(TypeError, match="not a clear text"):
        OtpSecret(user=UserFactory.create(), secret=clear).save()


def test_a_dump_holds_the_ciphertext_and_can_be_loaded(row: OtpSecret) -> None:
    dump = serializers.serialize("json", [row])

    assert json.loads(dump)[0]["fields"]["secret"] == row.secret.token
    row.delete()
    for loaded in serializers.deserialize("json", dump):
        loaded.save()
    assert OtpSecret.objects.get().secret.reveal() == TEXT


@pytest.mark.parametrize("content", [None, "", "nonsense", "A" * 43])
def test_without_a_usable_key_nothing_is_opened_or_closed(
    row: OtpSecret, keys: Path, content: str | None
) -> None:
    keys.unlink()
    if content is not None:
        keys.write_text(content)

    with pytest.raises(NoEncryptionKey):
        row.secret.reveal()
    with pytest.raises(NoEncryptionKey):
        Encrypted.of(TEXT)


def test_a_lost_key_is_an_error(row: OtpSecret, keys: Path) -> None:
    keys.write_bytes(Fernet.generate_key())

    with pytest.raises(Undecryptable):
        row.secret.reveal()
    with pytest.raises(CommandError, match="No key in ENCRYPTION_KEYS_FILE"):
        rotate()


def test_a_rotation_takes_two_steps(row: OtpSecret, keys: Path) -> None:
    first = keys.read_text().strip()

    begun = rotate()
    second, kept = keys.read_text().split()
    finished = rotate("--finish")

    assert kept == first
    assert begun == [f"{keys} has a new key.", "1 stored secrets are under the newest key."]
    assert finished == ["1 stored secrets are under the newest key.", "1 old keys are forgotten."]
    assert keys.read_text().split() == [second]
    token = OtpSecret.objects.get().secret.token
    assert Fernet(second).decrypt(token).decode() == TEXT


def test_until_the_rotation_is_finished_old_values_open(row: OtpSecret) -> None:
    rotate()

    assert row.secret.reveal() == TEXT


def test_the_first_rotation_makes_the_file(db: None, settings: Settings, tmp_path: Path) -> None:
    settings.ENCRYPTION_KEYS_FILE = tmp_path / "new"

    assert rotate() == [f"{tmp_path}/new has a new key.", "0 stored secrets are under the newest key."]
    assert Encrypted.of(TEXT).reveal() == TEXT


def test_there_is_nothing_to_finish_without_file(settings: Settings, tmp_path: Path) -> None:
    settings.ENCRYPTION_KEYS_FILE = tmp_path / "missing"

    with pytest.raises(CommandError, match="is missing"):
        rotate("--finish")


def test_the_checks_name_a_file_that_is_open_or_malformed(keys: Path) -> None:
    assert checks.secret_files() == []

    keys.write_text("no key")
    keys.chmod(0o644)

    found = checks.secret_files()
    assert [message.id for message in found] == [
        "gitlab_internal.E002",
        "gitlab_internal.E004",
    ]


def test_an_instance_without_keys_passes_the_checks(settings: Settings, tmp_path: Path) -> None:
    settings.ENCRYPTION_KEYS_FILE = tmp_path / "missing"

    assert checks.secret_files() == []
