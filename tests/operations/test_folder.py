"""What an instance keeps in its folder."""

import base64
import re
import stat
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from apps.operations import folder

SECRETS = (
    ".gitlab_shell_secret",
    ".gitlab_kas_secret",
    ".gitlab_workhorse_secret",
    "secret_key",
    "encryption_keys",
    "admin_token",
    "agent_token",
)


@pytest.fixture
def data(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that does not exist yet."""
    data = tmp_path / "new" / "var"
    monkeypatch.delenv("SECRET_KEY")
    settings.DATA = data
    settings.SHELL_SECRET_FILE = data / ".gitlab_shell_secret"
    settings.KAS_SECRET_FILE = data / ".gitlab_kas_secret"
    settings.WORKHORSE_SECRET_FILE = data / ".gitlab_workhorse_secret"
    settings.SECRET_KEY_FILE = data / "secret_key"
    settings.ENCRYPTION_KEYS_FILE = data / "encryption_keys"
    return data


def test_makes_what_is_missing_for_its_owner_only(data: Path) -> None:
    created = folder.create()

    assert {path.name for path in created} == {*SECRETS, "env"}
    assert sorted(data.iterdir()) == sorted(created)
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in created} == {0o600}


def test_a_new_settings_file_says_where_the_instance_is(data: Path) -> None:
    folder.create(first_settings={"INSTANCE_URL": "http://localhost:8080"})

    assert (data / "env").read_text().splitlines()[-1] == "INSTANCE_URL=http://localhost:8080"


def test_a_new_settings_file_names_no_gitaly_that_nobody_has(data: Path) -> None:
    folder.create()

    lines = (data / "env").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []


def test_never_overwrites(data: Path) -> None:
    folder.create()
    (data / "env").write_text("READ_ONLY=true\n")
    (data / "admin_token").unlink()
    before = {path.name: path.read_bytes() for path in data.iterdir()}

    created = folder.create()

    assert [path.name for path in created] == ["admin_token"]
    assert {path.name: path.read_bytes() for path in data.iterdir() if path not in created} == before


def test_secrets_have_the_form_that_their_readers_expect(data: Path) -> None:
    folder.create()

    assert re.fullmatch(r"[0-9a-f]{32}\n", (data / ".gitlab_shell_secret").read_text())
    for name in (".gitlab_kas_secret", ".gitlab_workhorse_secret"):
        key = (data / name).read_text()
        assert len(base64.b64decode(key.removesuffix("\n"), validate=True)) == 32
    assert re.fullmatch(r"glpat-[A-Za-z0-9_-]{20}\n", (data / "admin_token").read_text())
    assert re.fullmatch(r"[A-Za-z0-9_-]{50}\n", (data / "agent_token").read_text())
    assert len((data / "secret_key").read_text().strip()) >= 50


def test_secrets_may_lie_elsewhere(data: Path, settings: Settings, tmp_path: Path) -> None:
    settings.SHELL_SECRET_FILE = tmp_path / "shared"
    settings.SHELL_SECRET_FILE.write_text("from GitLab Shell")

    created = folder.create()

    assert settings.SHELL_SECRET_FILE.read_text() == "from GitLab Shell"
    assert ".gitlab_shell_secret" not in {path.name for path in created}


def test_a_key_in_the_environment_needs_no_file(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "from the environment")

    folder.create()

    assert not (data / "secret_key").exists()


@pytest.mark.parametrize(
    ("written", "former"),
    [
        ("http://localhost:3001", "http://localhost:3001"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost:9", ""),
        ("https://git.example.com", ""),
        ("http://localhost:3001/gitlab", ""),
    ],
)
def test_a_port_of_this_machine_follows_and_a_chosen_address_stays(
    data: Path, written: str, former: str
) -> None:
    folder.create(first_settings={"INSTANCE_URL": written, "SSH_PORT": "2222"})

    assert folder.follow_address("INSTANCE_URL", "http://localhost:9") == former

    after = "http://localhost:9" if former else written
    assert (data / "env").read_text().splitlines()[-2:] == [f"INSTANCE_URL={after}", "SSH_PORT=2222"]
    assert stat.S_IMODE((data / "env").stat().st_mode) == 0o600
