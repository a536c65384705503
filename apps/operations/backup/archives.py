"""The archive of a backup: a tar file with a list of what it holds, made whole or not at all."""

import hashlib
import json
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from shutil import copyfile

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from apps.core import secret_files
from apps.operations import folder
from apps.operations.backup import databases, setting_lines
from apps.operations.backup.databases import DatabaseNotEmpty

_MANIFEST = "manifest.json"
_SECRETS = "secrets"
_DATABASE = "DATABASE_URL"


class BrokenArchive(Exception):
    """The file is no backup, or not the whole of one."""


class OfAnotherKind(Exception):
    """The backup does not fit this instance: another kind of database, or a newer version."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: SHA-256 by file, the last migration by app, ``sqlite`` or ``postgresql``."""

    created_at: str
    database: str
    migrations: dict[str, str]
    files: dict[str, str]

    @property
    def secrets(self) -> list[str]:
        """The names of the secret files in it."""
        return [name.removeprefix(f"{_SECRETS}/") for name in self.files if name.startswith(_SECRETS)]


def create(target: Path, *, with_secrets: bool, now: datetime) -> Manifest:
    """Write a backup to a new file of mode 0600, read it again, and return what it holds.

    Raises:
        DatabaseNotEmpty: the file exists.
        DatabaseToolFailed: the database could not be copied.
        OSError: the file cannot be written.
    """
    if target.exists():
        raise DatabaseNotEmpty(f"There is a file already: {target}.")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as workplace:
        content, archive = Path(workplace, "content"), Path(workplace, "archive")
        content.mkdir()
        databases.own().dump(content / databases.own().file_name)
        if with_secrets:
            _copy_secrets(content / _SECRETS)
        manifest = Manifest(
            created_at=now.isoformat(timespec="seconds"),
            database=connection.vendor,
            migrations=dict(sorted(MigrationRecorder(connection).applied_migrations())),
            files=_digests(content),
        )
        (content / _MANIFEST).write_text(json.dumps(asdict(manifest), indent=2))
        _pack(content, archive)
        verify(archive)
        archive.replace(target)
    return manifest


def verify(archive: Path) -> Manifest:
    """Read a backup from its first to its last byte, and return what it holds.

    Raises:
        BrokenArchive: something is missing or changed.
        DatabaseToolFailed: the copy of the database is broken, or its program is missing.
    """
    with _unpacked(archive) as (manifest, content):
        _copier(manifest).verify(content / _copier(manifest).file_name)
        return manifest


def former_database(archive: Path) -> str | None:
    """Return the ``DATABASE_URL`` in the settings file of a backup: the database that it was made of.

    Raises:
        BrokenArchive: something is missing or changed.
    """
    with _unpacked(archive) as (_, content):
        file = content / _SECRETS / folder.SETTINGS_FILE
        return setting_lines.value(file.read_text(), _DATABASE) if file.is_file() else None


def restore(archive: Path, *, database_url: str | None = None) -> Manifest:
    """Put the database and the secrets of a backup where this instance has none, and return what they are.

    ``database_url`` is the database of this process; the settings file names it then, not the former one.

    Raises:
        BrokenArchive: something is missing or changed; nothing was restored.
        OfAnotherKind: it does not fit; nothing was restored.
        DatabaseNotEmpty: there is a database or another secret already; nothing was restored.
        DatabaseToolFailed: the database's program is missing or has failed.
    """
    with _unpacked(archive) as (manifest, content):
        _require_fitting(manifest)
        file = content / _SECRETS / folder.SETTINGS_FILE
        if database_url is not None and file.is_file():
            file.write_text(setting_lines.with_value(file.read_text(), _DATABASE, database_url))
        _require_no_other_secrets(manifest, content)
        copier = databases.own()
        copier.require_empty()
        copier.verify(content / copier.file_name)
        for name in manifest.secrets:
            secret_files.replace(folder.secret_files()[name], (content / _SECRETS / name).read_bytes())
        copier.restore(content / copier.file_name)
        return manifest


def _copier(manifest: Manifest) -> databases.Copier:
    return databases.COPIERS[manifest.database]


def _require_fitting(manifest: Manifest) -> None:
    if manifest.database != connection.vendor:
        raise OfAnotherKind(f"The backup is of {manifest.database}, DATABASE_URL is of {connection.vendor}.")
    known = MigrationLoader(None).disk_migrations or {}
    unknown = [f"{app}.{name}" for app, name in manifest.migrations.items() if (app, name) not in known]
    if unknown:
        raise OfAnotherKind(f"The backup is of another version: {', '.join(unknown)} is unknown here.")


def _require_no_other_secrets(manifest: Manifest, content: Path) -> None:
    for name in manifest.secrets:
        path = folder.secret_files()[name]
        if path.exists() and path.read_bytes() != (content / _SECRETS / name).read_bytes():
            raise DatabaseNotEmpty(f"There is another secret already: {path}.")


def _copy_secrets(target: Path) -> None:
    target.mkdir(mode=0o700)
    for name, path in folder.secret_files().items():
        if path.is_file():
            copyfile(path, target / name)


def _digests(content: Path) -> dict[str, str]:
    files = sorted(path for path in content.rglob("*") if path.is_file())
    return {str(path.relative_to(content)): _digest(path) for path in files}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _pack(content: Path, archive: Path) -> None:
    archive.touch(mode=0o600)
    with tarfile.open(archive, "w:gz") as tar:
        # The list comes first: who looks for it need not read the database.
        for path in sorted(content.rglob("*"), key=lambda path: path.name != _MANIFEST):
            tar.add(path, str(path.relative_to(content)), recursive=False, filter=_private)


def _private(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Whoever unpacks it by hand has private files too."""
    member.mode &= 0o700
    return member


@contextmanager
def _unpacked(archive: Path) -> Iterator[tuple[Manifest, Path]]:
    """Unpack a backup beside it, and compare every file with the list."""
    with tempfile.TemporaryDirectory(dir=archive.parent, prefix=".backup-") as workplace:
        content = Path(workplace)
        try:
            with tarfile.open(archive) as tar:
                tar.extractall(content, filter="data")
            manifest = Manifest(**json.loads((content / _MANIFEST).read_text()))
            (content / _MANIFEST).unlink()
        except (OSError, EOFError, tarfile.TarError, ValueError, TypeError) as error:
            raise BrokenArchive(f"{archive} is no whole backup: {error}") from error
        if _digests(content) != manifest.files:
            raise BrokenArchive(f"{archive} does not hold what its list says.")
        yield manifest, content
