"""All encrypted values of the database, wherever they stand."""

from itertools import islice
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from apps.core import encryption
from apps.core.encryption import Encrypted
from apps.operations import stored_secrets
from apps.operations.stored_secrets import Survey
from apps.ssh_keys.models import OtpSecret
from tests.factories.directory import UserFactory
from tests.factories.git_access import WebhookFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def keys(settings: Settings, tmp_path: Path) -> Path:
    settings.ENCRYPTION_KEYS_FILE = tmp_path / "encryption_keys"
    settings.ENCRYPTION_KEYS_FILE.write_bytes(encryption.new_key())
    return tmp_path / "encryption_keys"


def otp_secret(text: str) -> OtpSecret:
    return OtpSecret.objects.create(user=UserFactory.create(), secret=Encrypted.of(text))


def add_key(keys: Path) -> None:
    keys.write_bytes(encryption.new_key() + keys.read_bytes())


def renew() -> Survey:
    return stored_secrets.renew(stored_secrets.pages())


def survey() -> Survey:
    return stored_secrets.survey(stored_secrets.pages())


def test_every_encrypted_column_is_surveyed_and_nothing_is_changed(keys: Path) -> None:
    row = otp_secret("one")
    WebhookFactory.create()
    WebhookFactory.create(secret=None)
    add_key(keys)
    otp_secret("under the newest")

    assert survey() == Survey(total=3, older=2)
    assert OtpSecret.objects.get(pk=row.pk).secret == row.secret


def test_renewed_values_need_the_newest_key_only(keys: Path) -> None:
    rows = [otp_secret(text) for text in ("one", "two")]
    add_key(keys)

    assert renew() == Survey(total=2, older=2)

    keys.write_bytes(keys.read_bytes().split()[0])
    assert [OtpSecret.objects.get(pk=row.pk).secret.reveal() for row in rows] == ["one", "two"]
    assert renew() == Survey(total=2)


def test_a_renewal_that_was_stopped_goes_on_where_work_is_left(
    keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        otp_secret(str(number))
    add_key(keys)
    monkeypatch.setattr(stored_secrets, "PAGE", 2)

    assert stored_secrets.count_pages() == 3
    stopped = stored_secrets.renew(islice(stored_secrets.pages(), 1))

    assert stopped == Survey(total=2, older=2)
    assert renew() == Survey(total=5, older=3)


def test_a_value_that_no_key_opens_is_named_and_the_others_are_renewed(keys: Path) -> None:
    lost = otp_secret("lost")
    keys.write_bytes(encryption.new_key())
    good = otp_secret("good")
    add_key(keys)

    found = renew()

    assert found == Survey(total=2, older=1, unreadable=[f"ssh_keys.OtpSecret.secret of row {lost.pk}"])
    assert OtpSecret.objects.get(pk=good.pk).secret.reveal() == "good"


def test_a_value_that_changed_meanwhile_is_left_alone(keys: Path) -> None:
    row = otp_secret("old")
    add_key(keys)
    pages = list(stored_secrets.pages())
    OtpSecret.objects.filter(pk=row.pk).update(secret=Encrypted.of("changed"))

    stored_secrets.renew(pages)

    assert OtpSecret.objects.get(pk=row.pk).secret.reveal() == "changed"


def test_without_a_key_nothing_is_surveyed(keys: Path) -> None:
    otp_secret("one")
    keys.unlink()

    with pytest.raises(encryption.NoEncryptionKey, match="secret rotate encryption"):
        survey()
