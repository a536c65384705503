"""``manage.py backup``: an instance is made again from its backup."""

import hashlib
import json
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.instances import ROOT, database, environment, manage, prepared_folder

SECRETS = [
    "admin_token",
    "agent_token",
    "encryption_keys",
    "env",
    "kas_secret",
    "secret_key",
    "shell_secret",
    "workhorse_secret",
]


@dataclass(frozen=True)
class Place:
    """An instance that is not running."""

    data: Path
    environment: dict[str, str]

    def run(self, *arguments: str) -> str:
        return manage(self.environment, "backup", *arguments)

    def refused(self, *arguments: str) -> str:
        command = [sys.executable, str(ROOT / "manage.py"), "backup", *arguments]
        result = subprocess.run(
            command, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert (result.returncode, result.stdout) == (1, "")
        return result.stderr

    def users(self) -> Any:
        return json.loads(manage(self.environment, "dumpdata", "directory", "ssh_keys"))


@pytest.fixture(scope="module")
def instance() -> Iterator[Place]:
    """A seeded instance."""
    with prepared_folder() as (data, settings):
        yield Place(data, environment(data, **settings))


@pytest.fixture
def empty(tmp_path: Path) -> Place:
    """A folder and a database that nobody has used yet."""
    data = tmp_path / "restored"
    return Place(data, environment(data, **database()))


@pytest.fixture(scope="module")
def archive(instance: Place, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup with secrets."""
    path = tmp_path_factory.mktemp("backups") / "backup.tar.gz"
    instance.run("create", str(path), "--with-secrets")
    return path


def test_an_instance_is_made_again_from_its_backup(instance: Place, archive: Path, empty: Place) -> None:
    printed = empty.run("restore", str(archive))

    assert printed.splitlines()[0] == (
        f"Restored from {archive}. Run `manage.py migrate`, then start the instance."
    )
    manage(empty.environment, "migrate", "--check")
    assert empty.users() == instance.users()
    assert len(empty.users()) > 20
    for name in (
        "secret_key",
        ".gitlab_shell_secret",
        ".gitlab_kas_secret",
        ".gitlab_workhorse_secret",
        "env",
    ):
        assert (empty.data / name).read_bytes() == (instance.data / name).read_bytes()
        assert (empty.data / name).stat().st_mode & 0o777 == 0o600


def test_nothing_is_overwritten(instance: Place, archive: Path, empty: Place) -> None:
    assert "already" in instance.refused("restore", str(archive))

    empty.data.mkdir()
    (empty.data / "secret_key").write_text("another")

    assert f"There is another secret already: {empty.data}/secret_key." in empty.refused(
        "restore", str(archive)
    )
    assert [path.name for path in empty.data.iterdir()] == ["secret_key"]


def test_a_backup_is_private_and_says_what_it_holds(instance: Place, archive: Path) -> None:
    facts = json.loads(instance.run("verify", str(archive), "--json"))

    assert archive.stat().st_mode & 0o777 == 0o600
    assert facts["secrets"] == SECRETS
    assert facts["file"] == str(archive)
    assert facts["migrations"]["directory"]
    with tarfile.open(archive) as tar:
        assert {member.mode & 0o077 for member in tar} == {0}
        assert sorted(member.name for member in tar if member.isfile()) == sorted(
            ["manifest.json", *facts["files"]]
        )


def test_secrets_are_in_it_on_demand_only(instance: Place, tmp_path: Path) -> None:
    path = tmp_path / "backup.tar.gz"

    printed = instance.run("create", str(path))

    assert "Secrets in it: none; --with-secrets puts them in." in printed.splitlines()
    with tarfile.open(path) as tar:
        assert len([member for member in tar if member.isfile()]) == 2


def test_a_backup_is_named_for_its_moment_and_never_replaces_another(
    instance: Place, archive: Path, tmp_path: Path
) -> None:
    facts = json.loads(instance.run("create", "--json"))

    assert Path(facts["file"]).parent == instance.data
    assert Path(facts["file"]).is_file()
    assert "There is a file already" in instance.refused("create", str(archive))
    assert "No such file" in instance.refused("create", str(tmp_path / "nowhere" / "backup.tar.gz"))


def test_a_broken_backup_is_found_and_restores_nothing(archive: Path, empty: Place, tmp_path: Path) -> None:
    half = tmp_path / "half.tar.gz"
    half.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    changed = tmp_path / "changed.tar.gz"
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path / "content", filter="data")
    (tmp_path / "content" / "secrets" / "env").write_text("READ_ONLY=true\n")
    with tarfile.open(changed, "w:gz") as tar:
        tar.add(tmp_path / "content", ".")

    for broken in (half, changed, tmp_path / "missing"):
        assert "backup" in empty.refused("verify", str(broken))
        empty.refused("restore", str(broken))
    assert not list(empty.data.glob("*"))


def test_a_backup_of_a_newer_version_is_refused(archive: Path, empty: Place, tmp_path: Path) -> None:
    newer = tmp_path / "newer.tar.gz"
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path / "content", filter="data")
    manifest = json.loads((tmp_path / "content" / "manifest.json").read_text())
    manifest["migrations"]["directory"] = "9999_of_tomorrow"
    (tmp_path / "content" / "manifest.json").write_text(json.dumps(manifest))
    with tarfile.open(newer, "w:gz") as tar:
        tar.add(tmp_path / "content", ".")

    assert "directory.9999_of_tomorrow is unknown here" in empty.refused("restore", str(newer))


def test_the_other_kind_of_database_is_refused(archive: Path, tmp_path: Path) -> None:
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path / "content", filter="data")
    manifest = json.loads((tmp_path / "content" / "manifest.json").read_text())
    manifest["database"] = "postgresql" if manifest["database"] == "sqlite" else "sqlite"
    (tmp_path / "content" / "manifest.json").write_text(json.dumps(manifest))
    other = tmp_path / "other.tar.gz"
    with tarfile.open(other, "w:gz") as tar:
        tar.add(tmp_path / "content", ".")
    place = Place(tmp_path / "data", environment(tmp_path / "data", **database()))

    assert "The backup is of " in place.refused("restore", str(other))


def with_database(archive: Path, url: str, tmp_path: Path) -> Path:
    """Return the backup as of an instance whose file env names this database."""
    content, made = tmp_path / "content", tmp_path / "with-database.tar.gz"
    with tarfile.open(archive) as tar:
        tar.extractall(content, filter="data")
    settings = content / "secrets" / "env"
    settings.write_text(f"{settings.read_text()}READ_ONLY=false\nDATABASE_URL={url}\n")
    manifest = json.loads((content / "manifest.json").read_text())
    manifest["files"]["secrets/env"] = hashlib.sha256(settings.read_bytes()).hexdigest()
    (content / "manifest.json").write_text(json.dumps(manifest))
    with tarfile.open(made, "w:gz") as tar:
        tar.add(content, ".")
    return made


def test_a_restored_instance_never_goes_on_with_the_former_database(
    archive: Path, instance: Place, empty: Place, tmp_path: Path
) -> None:
    url = empty.environment.pop("DATABASE_URL", f"sqlite:///{empty.data}/db.sqlite3")
    backup = with_database(archive, "sqlite:////nowhere/production.sqlite3", tmp_path)

    refused = empty.refused("restore", str(backup))
    nothing_yet = not (empty.data / "env").exists()
    empty.run("restore", str(backup), "--database-url", url)

    assert "Name the new, empty one: --database-url URL." in refused
    assert nothing_yet
    assert (empty.data / "env").read_text().endswith(f"READ_ONLY=false\nDATABASE_URL={url}\n")
    assert "production" not in (empty.data / "env").read_text()
    assert empty.users() == instance.users()
    assert "already" in empty.refused("restore", str(backup), "--database-url", url)
