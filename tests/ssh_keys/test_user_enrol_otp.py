"""The command that turns one-time passwords on."""

import io

import pyotp
import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from apps.ssh_keys.models import OtpSecret
from tests.factories.directory import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("encryption_keys")]
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def run(*arguments: str) -> list[str]:
    out = io.StringIO()
    call_command("user", "enrol-otp", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_it_prints_what_the_app_scans() -> None:
    user = UserFactory.create(username="rubi")

    said, uri = run("Rubi")

    user.refresh_from_db()
    assert said == "One-time passwords are on for @rubi."
    assert pyotp.parse_uri(uri).secret == OtpSecret.objects.get().secret.reveal()
    assert user.otp_required_for_login


def test_it_takes_an_existing_secret_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    UserFactory.create(username="rubi")
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{SECRET[:4]} {SECRET[4:]}\n"))

    lines = run("rubi", "--import")

    assert lines == ["One-time passwords are on for @rubi."]
    assert OtpSecret.objects.get().secret.reveal() == SECRET


@pytest.mark.parametrize("text", ["", "0189", "JBSWY3DP"])
def test_it_refuses_what_is_no_secret(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    UserFactory.create(username="rubi")
    monkeypatch.setattr("sys.stdin", io.StringIO(text))

    with pytest.raises(CommandError, match="no Base32 text"):
        run("rubi", "--import")
    assert not OtpSecret.objects.exists()


def test_it_replaces_an_app_only_when_asked_to() -> None:
    UserFactory.create(username="rubi")
    run("rubi")
    first = OtpSecret.objects.get().secret.reveal()

    with pytest.raises(CommandError, match="has an authenticator app"):
        run("rubi")
    assert OtpSecret.objects.get().secret.reveal() == first

    run("rubi", "--replace")
    assert OtpSecret.objects.get().secret.reveal() != first


def test_it_needs_a_user() -> None:
    with pytest.raises(CommandError, match="There is no user nobody"):
        run("nobody")


def test_it_needs_an_encryption_key(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS_FILE = settings.ENCRYPTION_KEYS_FILE.with_name("missing")
    user = UserFactory.create(username="rubi")

    with pytest.raises(CommandError, match="secret rotate encryption"):
        run("rubi")
    user.refresh_from_db()
    assert not user.otp_required_for_login
