"""``manage.py secret``: rotating, retiring, verifying and listing secrets."""

import base64
import json
import secrets
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from apps.core import encryption, secret_files, secret_uses
from apps.core.encryption import Encrypted
from apps.core.secret_files import signing_key
from apps.ssh_keys.models import OtpSecret
from tests.factories.directory import UserFactory
from tests.matchers import timestamp

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data(settings: Settings, tmp_path: Path) -> Path:
    """A folder with new secrets that no process has used yet."""
    settings.DATA = tmp_path
    settings.SHELL_SECRET_FILE = tmp_path / "shell"
    settings.SHELL_PREVIOUS_SECRET_FILE = tmp_path / "shell.previous"
    settings.KAS_SECRET_FILE = tmp_path / "kas"
    settings.KAS_PREVIOUS_SECRET_FILE = tmp_path / "kas.previous"
    settings.WORKHORSE_SECRET_FILE = tmp_path / "workhorse"
    settings.WORKHORSE_PREVIOUS_SECRET_FILE = tmp_path / "workhorse.previous"
    settings.ENCRYPTION_KEYS_FILE = tmp_path / "keys"
    secret_files.replace(tmp_path / "shell", secret_files.new_shell_secret())
    secret_files.replace(tmp_path / "kas", secret_files.new_signing_secret())
    secret_files.replace(tmp_path / "workhorse", secret_files.new_signing_secret())
    secret_files.replace(tmp_path / "keys", encryption.new_key())
    return tmp_path


def run(*arguments: str) -> str:
    output = StringIO()
    call_command("secret", *arguments, stdout=output)
    return output.getvalue()


def ends_with_1(*arguments: str) -> str:
    """Run a verb that finds something, and return what it printed."""
    output = StringIO()
    with pytest.raises(CommandError) as end:
        call_command("secret", *arguments, stdout=output)
    assert end.value.returncode == 1
    return output.getvalue()


def listed(*arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("list", "--json"))["secrets"]
    return found


def states() -> list[tuple[str, str]]:
    return [(row["secret"], row["state"]) for row in listed()]


@pytest.mark.parametrize("name", ["shell", "kas", "workhorse"])
def test_a_rotation_keeps_the_old_secret_as_the_previous_one(data: Path, name: str) -> None:
    old = (data / name).read_bytes()

    printed = run("rotate", name)

    new = (data / name).read_bytes()
    assert new != old
    assert (data / f"{name}.previous").read_bytes() == old
    assert {path.stat().st_mode & 0o777 for path in data.iterdir()} == {0o600}
    assert printed.startswith(f"{data / name} holds a new secret, {secret_uses.identifier(new)}.")
    assert not [text for text in (new, old) if text.decode().strip() in printed]


def test_new_secrets_have_the_form_that_their_readers_expect(data: Path) -> None:
    run("rotate", "shell")
    run("rotate", "kas")
    run("rotate", "workhorse")

    assert len(bytes.fromhex((data / "shell").read_text())) == 16
    assert {len(signing_key((data / name).read_bytes())) for name in ("kas", "workhorse")} == {32}


@pytest.mark.parametrize("name", ["shell", "kas", "workhorse", "encryption"])
def test_a_second_rotation_waits_until_the_first_one_is_finished(data: Path, name: str) -> None:
    run("rotate", name)
    before = {path: path.read_bytes() for path in data.iterdir()}

    with pytest.raises(CommandError, match=f"The previous secret of {name} still counts: retire it first"):
        run("rotate", name)

    assert {path: path.read_bytes() for path in data.iterdir()} == before


def test_a_forced_rotation_ends_the_previous_secret(data: Path) -> None:
    run("rotate", "shell")
    second = (data / "shell").read_bytes()

    run("rotate", "shell", "--force")

    assert (data / "shell.previous").read_bytes() == second


def test_a_rotation_that_was_cut_off_can_be_run_again(data: Path) -> None:
    old = (data / "shell").read_bytes()
    (data / "shell.previous").write_bytes(old)

    run("rotate", "shell")

    assert (data / "shell.previous").read_bytes() == old
    assert (data / "shell").read_bytes() != old


@pytest.mark.parametrize("name", ["shell", "kas", "workhorse", "keys"])
def test_the_first_rotation_makes_a_file_that_is_missing(data: Path, name: str) -> None:
    (data / name).unlink()
    secret = "encryption" if name == "keys" else name

    run("rotate", secret)

    assert (secret, "current") in states()
    assert (secret, "previous") not in states()


def test_a_folder_that_has_gone_is_a_refusal(data: Path, settings: Settings) -> None:
    settings.SHELL_SECRET_FILE = data / "nowhere" / "shell"

    with pytest.raises(CommandError, match="No such file or directory"):
        run("rotate", "shell")


@pytest.mark.parametrize("name", ["shell", "kas", "workhorse"])
def test_a_retired_secret_has_gone(data: Path, name: str) -> None:
    old = (data / name).read_bytes()
    run("rotate", name)
    new = (data / name).read_bytes()

    printed = run("retire", name)

    assert printed == f"The previous secret of {name}, {secret_uses.identifier(old)}, no longer counts.\n"
    assert not (data / f"{name}.previous").exists()
    assert (data / name).read_bytes() == new


def test_there_is_nothing_to_retire_without_a_rotation() -> None:
    with pytest.raises(CommandError, match="There is no previous secret of shell"):
        run("retire", "shell")


def test_a_secret_that_was_just_used_is_retired_by_force_only(data: Path) -> None:
    secret_uses.note((data / "shell").read_bytes())
    run("rotate", "shell")

    with pytest.raises(CommandError, match=r"The previous secret was used at .* UTC"):
        run("retire", "shell")
    assert (data / "shell.previous").exists()
    run("retire", "shell", "--force")

    assert not (data / "shell.previous").exists()


def test_how_long_nobody_must_have_used_it_can_be_said(data: Path) -> None:
    secret_uses.note((data / "shell").read_bytes())
    run("rotate", "shell")

    run("retire", "shell", "--idle", "0")

    assert not (data / "shell.previous").exists()


def test_an_encryption_key_that_a_value_needs_is_retired_by_nothing(data: Path) -> None:
    row = OtpSecret.objects.create(user=UserFactory.create(), secret=Encrypted.of("text"))
    run("rotate", "encryption")

    with pytest.raises(CommandError, match="1 stored secret is under an older key: run"):
        run("retire", "encryption", "--force")
    printed = run("reencrypt")
    run("retire", "encryption", "--force")

    assert printed == "1 of 1 stored secrets were under an older key and are renewed.\n"
    assert len((data / "keys").read_bytes().split()) == 1
    assert OtpSecret.objects.get(pk=row.pk).secret.reveal() == "text"


def test_an_encryption_key_that_a_process_has_just_used_is_not_retired() -> None:
    OtpSecret.objects.create(user=UserFactory.create(), secret=Encrypted.of("text"))
    run("rotate", "encryption")
    run("reencrypt")

    with pytest.raises(CommandError, match="The previous secret was used"):
        run("retire", "encryption")


def test_a_forced_rotation_keeps_every_encryption_key(data: Path) -> None:
    row = OtpSecret.objects.create(user=UserFactory.create(), secret=Encrypted.of("text"))
    run("rotate", "encryption")
    run("rotate", "encryption", "--force")

    assert len((data / "keys").read_bytes().split()) == 3
    assert row.secret.reveal() == "text"


def test_a_value_that_no_key_opens_is_named(data: Path) -> None:
    row = OtpSecret.objects.create(user=UserFactory.create(), secret=Encrypted.of("text"))
    secret_files.replace(data / "keys", encryption.new_key())

    printed = ends_with_1("reencrypt", "--json")

    assert json.loads(printed) == {
        "total": 1,
        "renewed": 0,
        "unreadable": [f"ssh_keys.OtpSecret.secret of row {row.pk}"],
    }


def test_the_list_says_which_secrets_count_and_when_they_were_used(data: Path) -> None:
    old = (data / "shell").read_bytes()
    secret_uses.note(old)
    run("rotate", "shell")

    (current, previous, *rest) = listed()

    common = {"secret": "shell", "mode": "0600", "since": timestamp()}
    assert current == {
        **common,
        "state": "current",
        "identifier": secret_uses.identifier((data / "shell").read_bytes()),
        "file": str(data / "shell"),
        "last_used_at": None,
    }
    assert previous == {
        **common,
        "state": "previous",
        "identifier": secret_uses.identifier(old),
        "file": str(data / "shell.previous"),
        "last_used_at": timestamp(),
    }
    assert [(row["secret"], row["state"]) for row in rest] == [
        ("kas", "current"),
        ("workhorse", "current"),
        ("encryption", "current"),
    ]


def test_people_read_ages() -> None:
    head, first, *_ = run("list").splitlines()

    assert head.split()[:4] == ["SECRET", "STATE", "ID", "MODE"]
    assert first.split()[0] == "shell"
    assert "never" in first


def test_good_files_are_verified() -> None:
    for name in ("shell", "kas", "workhorse", "encryption"):
        assert run("verify", name) == "The files are as they should be.\n"


def test_bad_files_are_named_with_what_to_do(data: Path) -> None:
    (data / "shell").chmod(0o644)

    printed = ends_with_1("verify", "shell")

    assert printed == f"The secret file {data}/shell can be read by others. chmod 600 {data}/shell\n"


def test_a_copy_is_compared(data: Path) -> None:
    copy = data / "copy"
    copy.write_bytes((data / "shell").read_bytes().strip())
    assert run("verify", "shell", "--against", str(copy)) == "The copy is the current secret.\n"

    run("rotate", "shell")
    assert run("verify", "shell", "--against", str(copy)) == "The copy is the previous secret.\n"

    copy.write_text(secrets.token_hex(16))
    printed = ends_with_1("verify", "shell", "--against", str(copy))
    assert printed == "The copy is neither the current nor the previous secret.\n"


def test_a_copy_may_come_from_standard_input(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO((data / "kas").read_bytes())))

    facts = json.loads(run("verify", "kas", "--against", "-", "--json"))

    assert facts == {"secret": "kas", "matches": "current", "findings": []}


def test_an_empty_copy_is_no_secret(data: Path) -> None:
    (data / "copy").write_text("\n")

    ends_with_1("verify", "shell", "--against", str(data / "copy"))


def test_a_copy_that_cannot_be_read_is_a_refusal(data: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        run("verify", "shell", "--against", str(data / "missing"))


def test_no_verb_prints_a_secret(data: Path) -> None:
    printed = run("rotate", "shell", "--json") + run("rotate", "kas") + run("rotate", "encryption")
    printed += run("list") + run("list", "--json") + run("retire", "kas", "--json")

    texts = [line for path in data.iterdir() if path.is_file() for line in path.read_text().split()]
    assert len(texts) == 6
    assert not [text for text in texts if text in printed]
    assert base64.b64encode((data / "shell").read_bytes()).decode() not in printed
