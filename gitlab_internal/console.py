"""What all commands of operators do alike: lines for people, a JSON object for programs, a bar for waiting.

Exit codes: 0 done or nothing found, 1 refused or something found, 2 wrong usage; ``CommandError`` is 1.
Facts go to standard output, bars and notes to standard error.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, TypeVar

import typer
from django.core.management.base import BaseCommand
from django.core.serializers.json import DjangoJSONEncoder
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Item = TypeVar("Item")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would change; change nothing.")]


def present(
    command: BaseCommand, facts: Mapping[str, Any], lines: Iterable[str], *, as_json: bool = False
) -> None:
    """Write ``facts`` as one JSON object, or else ``lines``, one fact each, to the command's output."""
    if as_json:
        command.stdout.write(json.dumps(facts, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
        return
    for line in lines:
        command.stdout.write(line)


def with_progress(items: Iterable[Item], *, total: int, what: str, quiet: bool = False) -> Iterator[Item]:
    """Yield ``items`` while a bar on standard error counts them; no bar without a terminal."""
    console = Console(file=sys.stderr)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as progress:
        yield from progress.track(items, total=total, description=what)
