"""``manage.py directory``: take the directory to another instance."""

import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Annotated

import typer
from django.core.management.base import CommandError
from django_typer.management import command

from apps.core.console import DryRun, Json, Noun, present, refusing, table, with_progress
from apps.core.counting import counted
from apps.operations.transfer import exporting, importing
from apps.operations.transfer.reading import UnreadableStream


class Command(Noun):
    help = "Write the directory as a stream of lines, and bring a directory to what such a stream says."

    @command(
        name="export",
        help="Write users, namespaces, projects, who belongs to them, keys and protected branches and tags, "
        "one JSON object a line. Tokens and one-time secrets are never in it.\n\n"
        "Example: manage.py directory export > directory.jsonl",
    )
    def export_directory(
        self,
        file: Annotated[str, typer.Argument(help="The file to make; - is standard output.")] = "-",
        with_password_hashes: Annotated[
            bool, typer.Option("--with-password-hashes", help="So that people can log in where it goes.")
        ] = False,
        as_json: Json = False,
    ) -> None:
        if file == "-" and as_json:
            raise typer.BadParameter("--json reports on a file; standard output is the export itself.")
        lines = exporting.lines(with_password_hashes=with_password_hashes)
        total = exporting.count() + 1  # the header
        with ExitStack() as stack:
            out = self.stdout if file == "-" else stack.enter_context(_private(Path(file)))
            for line in with_progress(lines, total=total, what="Exporting", quiet=as_json or file == "-"):
                out.write(f"{line}\n")
        if file != "-":
            facts = {"file": file, "records": total - 1}
            present(self, facts, [f"{counted(total - 1, 'record')} in {file}."], as_json=as_json)

    @command(
        name="import",
        help="Make the rows of an export that lack here, and change those that differ; none is deleted. "
        "Everything is checked first, and a stream with a fault changes nothing. Where the database then "
        "refuses a row nevertheless, what stands well before it has been imported.\n\n"
        "Example: manage.py directory import directory.jsonl --dry-run",
    )
    def import_directory(
        self,
        file: Annotated[str, typer.Argument(help="What export made; - is standard input.")] = "-",
        dry_run: DryRun = False,
        as_json: Json = False,
    ) -> None:
        with refusing(UnreadableStream):
            ready = importing.plan(_lines(file))
            count = len(ready.records)
            records = with_progress(ready.records, total=count, what="Importing", quiet=as_json)
            outcome = ready.run(records, dry_run=dry_run)
        rows = [{"type": kind, **numbers} for kind, numbers in outcome.by_kind().items()]
        note = ["Nothing was changed: this was a dry run."] if dry_run else []
        lines = [*table(rows, none="The export is empty."), *note]
        present(self, {"dry_run": dry_run, "types": rows}, lines, as_json=as_json)


def _private(path: Path) -> IO[str]:
    """Open a new file that only its owner can read."""
    try:
        return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path} cannot be made: {os.strerror(error.errno or 0)}.") from error


def _lines(file: str) -> list[str]:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read: {error}") from error
    return text.split("\n")  # a JSON text may hold the other separators of lines
