"""``manage.py backup``: one archive from which an instance can be made again."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from django.conf import settings
from django.core.management.base import CommandError
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django_typer.management import command

from apps.core.console import Json, Noun, present, refusing
from apps.core.counting import counted
from apps.git_access.lfs import pruning
from apps.git_access.models.lfs import FileStore
from apps.operations.backup import archives
from apps.operations.backup.archives import BrokenArchive, Manifest, OfAnotherKind
from apps.operations.backup.databases import DatabaseNotEmpty, DatabaseToolFailed

Archive = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")]


DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        envvar="RESTORE_DATABASE_URL",  # a password in arguments is seen by everybody on the machine
        help="The empty database for it; the restored file env names it then.",
    ),
]


class Command(Noun):
    help = "Make backups of the database and the secrets, read and restore them. Repositories are Gitaly's."
    requires_system_checks = ()  # a restore makes what they ask for

    @command(
        help="Write a backup while the instance runs, and read it again.\n\n"
        "Example: manage.py backup create backup.tar.gz --with-secrets"
    )
    def create(
        self,
        file: Annotated[
            Path | None, typer.Argument(metavar="FILE", help="A new file; by default named for now, in DATA.")
        ] = None,
        with_secrets: Annotated[
            bool,
            typer.Option("--with-secrets", help="With secrets and settings; keep it as safe as they are."),
        ] = False,
        as_json: Json = False,
    ) -> None:
        now = timezone.now()
        target = file or settings.DATA / f"backup-{now:%Y-%m-%d-%H%M%S}.tar.gz"
        with refusing(DatabaseNotEmpty, DatabaseToolFailed, OSError):
            manifest = archives.create(target, with_secrets=with_secrets, now=now)
        lines = [f"Written and read again: {target}", *_lines_about_lfs()]
        self._present(manifest, lines, as_json=as_json, file=target)

    @command(
        help="Read a backup from its first to its last byte, and say what it holds.\n\n"
        "Example: manage.py backup verify backup.tar.gz"
    )
    def verify(self, file: Archive, as_json: Json = False) -> None:
        with refusing(BrokenArchive, DatabaseToolFailed, OSError):
            manifest = archives.verify(file)
        self._present(manifest, [f"{file} is whole."], as_json=as_json, file=file)

    @command(
        help="Put a backup where this instance has no database yet. Nothing is overwritten.\n\n"
        "Example: manage.py backup restore backup.tar.gz --database-url postgres://user:password@host/name"
    )
    def restore(self, file: Archive, database_url: DatabaseUrl = None, as_json: Json = False) -> None:
        with refusing(BrokenArchive, OSError):
            former = archives.former_database(file)
        set_here = os.environ.get("DATABASE_URL")
        url = database_url or set_here or (_asked() if former else None)
        if url and url != set_here:
            self._restore_into(url, file, as_json=as_json)
            return
        settings.DATA.mkdir(mode=0o700, parents=True, exist_ok=True)
        with refusing(BrokenArchive, OfAnotherKind, DatabaseNotEmpty, DatabaseToolFailed, OSError):
            manifest = archives.restore(file, database_url=url if former or database_url else None)
        lines = [f"Restored from {file}. Run `manage.py migrate`, then start the instance."]
        if url and manifest.secrets and (former or database_url):
            lines.append(f"{settings.DATA / 'env'} names the database that it was restored into.")
        self._present(manifest, lines, as_json=as_json, file=file)

    def _restore_into(self, url: str, file: Path, *, as_json: bool) -> None:
        """Do it in a process whose settings name that database."""
        options = ["--json"] if as_json else []
        program = [sys.executable, str(settings.BASE_DIR / "manage.py"), "backup", "restore", str(file)]
        environment = {**os.environ, "DATABASE_URL": url, "RESTORE_DATABASE_URL": url}
        ended = subprocess.run(  # noqa: S603 -- ourselves
            [*program, *options], env=environment, check=False, capture_output=True, text=True
        )
        self.stdout.write(ended.stdout, ending="")
        self.stderr.write(ended.stderr, ending="")
        if ended.returncode:
            raise typer.Exit(ended.returncode)

    def _present(self, manifest: Manifest, lines: list[str], *, as_json: bool, file: Path) -> None:
        facts: dict[str, Any] = {"file": str(file), **asdict(manifest), "secrets": manifest.secrets}
        present(self, facts, [*lines, *_lines(manifest)], as_json=as_json)


def _asked() -> str:
    """Ask for the new database: the file env of the backup names the one that the backup was made of."""
    if not sys.stdin.isatty():
        raise CommandError(
            "The backup's file env names the database that it was made of. "
            "Name the new, empty one: --database-url URL."
        )
    sys.stderr.write("DATABASE_URL of the new, empty database: ")
    sys.stderr.flush()
    url = sys.stdin.readline().strip()
    if not url:
        raise CommandError("Nothing was restored: no database was named.")
    return url


def _lines(manifest: Manifest) -> Iterator[str]:
    yield f"Made at {manifest.created_at}, of {manifest.database}."
    yield f"Secrets in it: {', '.join(manifest.secrets) or 'none; --with-secrets puts them in.'}"
    yield "Not in it: repositories and the files of LFS."


def _lines_about_lfs() -> Iterator[str]:
    for store, (number, size) in pruning.sizes().items():
        where = settings.LFS_ROOT if store == FileStore.LOCAL else f"the bucket {settings.LFS_S3_BUCKET}"
        yield f"Copy {where} too, after this backup: {counted(number, 'file')}, {filesizeformat(size)}."
