"""Secrets encrypted at rest."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core import serializers
from pytest_django import Settings

from apps.core import checks, encryption, secret_files
from apps.core.encryption import Encrypted, NoEncryptionKey, Undecryptable
from apps.ssh_keys.models import OtpSecret
from tests.factories.directory import UserFactory

TEXT = "a secret for the test"


@pytest.fixture
def keys(settings: Settings, tmp_path: Path) -> Path:
    settings.ENCRYPTION_KEYS_FILE = tmp_path / "encryption_keys"
    secret_files.replace(settings.ENCRYPTION_KEYS_FILE, encryption.new_key())
    return tmp_path / "encryption_keys"


@pytest.fixture
def row(keys: Path, db: None) -> OtpSecret:
    return OtpSecret.objects.create(user=UserFactory.create(), secret=Encrypted.of(TEXT))


def test_only_who_asks_sees_the_text(row: OtpSecret) -> None:
    stored = OtpSecret.objects.get()

    assert stored.secret.reveal() == TEXT
    assert (str(stored.secret), repr(stored.secret)) == ("[encrypted]", "Encrypted(…)")


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


def test_every_key_opens_and_the_first_one_closes(row: OtpSecret, keys: Path) -> None:
    newest = Fernet.generate_key()
    keys.write_bytes(newest + b"\n" + keys.read_bytes())

    assert row.secret.reveal() == TEXT
    assert Fernet(newest).decrypt(Encrypted.of(TEXT).token).decode() == TEXT


def test_a_renewed_value_is_under_the_newest_key_and_needs_no_renewal(row: OtpSecret, keys: Path) -> None:
    newest = Fernet.generate_key()
    keys.write_bytes(newest + b"\n" + keys.read_bytes())

    renewed = row.secret.renewed()

    assert Fernet(newest).decrypt(renewed.token).decode() == TEXT
    assert renewed.renewed() is renewed


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
