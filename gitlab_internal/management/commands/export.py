"""``manage.py export``: the directory as a stream for another instance."""

import os
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Annotated

import typer
from django.core.management.base import CommandError

from gitlab_internal.console import Json, Verb, present, with_progress
from gitlab_internal.operations.transfer import exporting


class Command(Verb):
    help = (
        "Write users, namespaces, projects, who belongs to them, keys and protected branches and tags, one "
        "JSON object a line. Tokens and one-time secrets are never in it."
    )

    def handle(
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
            records = total - 1
            facts = {"file": file, "records": records}
            present(self, facts, [f"{records} records in {file}."], as_json=as_json)


def _private(path: Path) -> IO[str]:
    """Open a new file that only its owner can read."""
    try:
        return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w")
    except OSError as error:
        raise CommandError(f"{path} cannot be made: {os.strerror(error.errno or 0)}.") from error
