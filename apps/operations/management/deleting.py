"""The verb ``delete`` of users, groups and projects: say what goes, ask, begin."""

import sys
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from django.core.management.base import BaseCommand, CommandError

from apps.core.console import present, refusing, table
from apps.directory import groups, projects, users
from apps.operations.deletion import beginning, preview, subjects
from apps.operations.deletion.preview import Preview
from apps.operations.deletion.subjects import SubjectKind

KeepRepository = Annotated[
    bool, typer.Option("--keep-repository", help="Leave the repositories on Gitaly; only rows go.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]

HELP = """Delete a {kind} and all that goes with it: a job does it, the repositories on Gitaly too.

Example: manage.py {kind} delete {name} --dry-run"""


def delete(
    command: BaseCommand,
    kind: SubjectKind,
    name: str,
    *,
    dry_run: bool,
    keep_repository: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Show what goes; unless that was all, ask for the name once more and begin."""
    with refusing(users.UnknownUser, groups.UnknownGroup, projects.UnknownProject):
        subject = subjects.find(kind, name)
    found = preview.of(subject)
    facts: dict[str, Any] = {
        "kind": kind, "id": subject.id, "name": subject.name, "goes": found.goes,
        "warnings": found.warnings, "keep_repository": keep_repository, "dry_run": dry_run,
    }  # fmt: skip
    if dry_run:
        present(command, facts, [*_lines(found), "Nothing was changed: this was a dry run."], as_json=as_json)
        return
    if not yes:
        _ask(command, found)
    with refusing(users.Irreplaceable, beginning.NoGitaly):
        job = beginning.begin(subject, keep_repository=keep_repository)
    said = f"{kind.capitalize()} {subject.name} is shut; a worker deletes it. Job: {job}"
    present(command, {**facts, "job": job}, [*(_lines(found) if yes else []), said], as_json=as_json)


def _lines(found: Preview) -> Iterator[str]:
    yield f"With {found.subject.kind} {found.subject.name} go:"
    yield from table([{"kind": kind, "number": number} for kind, number in found.goes.items()], none="-")
    yield from found.warnings


def _ask(command: BaseCommand, found: Preview) -> None:
    """Let only whoever types the name go on."""
    for line in _lines(found):
        command.stderr.write(line)
    command.stderr.write(f"Type {found.subject.name} to delete it: ", ending="")
    command.stderr.flush()
    if sys.stdin.readline().strip() != found.subject.name:
        raise CommandError("Nothing was deleted, because the name was not typed. With --yes nobody is asked.")
