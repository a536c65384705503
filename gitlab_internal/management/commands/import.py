# ruff: noqa: N999 -- the verb that operators type
"""``manage.py import``: bring the directory to what an export says."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from django.core.management.base import CommandError

from gitlab_internal.console import DryRun, Json, Verb, present, refusing, table, with_progress
from gitlab_internal.operations.transfer import importing
from gitlab_internal.operations.transfer.reading import Unreadable


class Command(Verb):
    help = (
        "Make the rows of an export that lack here, and change those that differ; none is deleted. "
        "Everything is checked first, and a stream with a fault changes nothing."
    )

    def handle(
        self,
        file: Annotated[str, typer.Argument(help="What export made; - is standard input.")] = "-",
        dry_run: DryRun = False,
        as_json: Json = False,
    ) -> None:
        with refusing(Unreadable):
            ready = importing.plan(_lines(file))
            records = with_progress(ready.records, total=len(ready.records), what="Importing", quiet=as_json)
            outcome = ready.run(records, dry_run=dry_run)
        rows = [{"type": kind, **numbers} for kind, numbers in outcome.by_kind().items()]
        note = ["Nothing was changed: this was a dry run."] if dry_run else []
        lines = [*table(rows, none="The export is empty."), *note]
        present(self, {"dry_run": dry_run, "types": rows}, lines, as_json=as_json)


def _lines(file: str) -> list[str]:
    try:
        # A JSON text may hold other separators of lines than the one between records.
        return (sys.stdin.read() if file == "-" else Path(file).read_text()).split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read: {error}") from error
