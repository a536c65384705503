"""What all commands of operators do alike: lines for people, a JSON object for programs, a bar for waiting.

Exit codes: 0 done or nothing found, 1 refused or something found, 2 wrong usage; ``CommandError`` is 1.
Facts go to standard output, bars and notes to standard error.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError
from django_typer.management import TyperCommand, initialize
from typer._click.exceptions import MissingParameter, UsageError  # typer carries its own click

from apps.core import checks

Item = TypeVar("Item")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would change; change nothing.")]
Limit = Annotated[int, typer.Option(min=0, help="At most so many; 0 is all.")]
Days = Annotated[int, typer.Option(min=0, max=36500, help="How far to look ahead.")]
End = typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="It ends when this day begins, in UTC.")


class Verb(TyperCommand):
    """A command that does one thing. Wrong usage ends with 2."""

    # Looking through models, URLs and pages as well would take a quarter of the command's time;
    # `check`, `serve` and `migrate` do it.
    requires_system_checks: tuple[str, ...] = (checks.INSTANCE,)

    def create_parser(self, prog_name: str, subcommand: str, **options: Any) -> Any:
        """Call the command as it is typed: its module's name has no hyphens."""
        typed = subcommand.replace("_", "-")
        self.typer_app.info.name = typed
        return super().create_parser(prog_name, typed, **options)

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        if isinstance(raised, UsageError) and self._called_from_command_line and not self._traceback:
            super().__exit__(None, None, None)  # type: ignore[no-untyped-call]  # leaves the command
            _end_with_usage(raised)
        return bool(super().__exit__(kind, raised, trace))  # type: ignore[no-untyped-call]


def _end_with_usage(wrong: UsageError) -> NoReturn:
    """Say on standard error how the command is used, and what was wrong; the library says it on both."""
    parameter = wrong.param if isinstance(wrong, MissingParameter) else None
    lines = [f"Missing parameter: {parameter.name}" if parameter else wrong.format_message()]
    if wrong.ctx:
        command: Any = wrong.ctx.command
        if verbs := getattr(command, "commands", None):
            lines.append(f"Verbs: {', '.join(verbs)}.")
        lines = [wrong.ctx.get_usage(), *lines, f"More: {wrong.ctx.command_path} --help"]
    sys.stderr.write("\n".join(lines) + "\n")
    raise SystemExit(2) from wrong


class Noun(Verb):
    """A command whose verbs are its subcommands, even a single one."""

    @initialize()
    def init(self) -> None:
        """Take no option of its own; that it is there keeps the verb of a noun with one verb."""


@contextmanager
def refusing(*kinds: type[Exception]) -> Iterator[None]:
    """Tell refusals of the domain, and of a model's own check, as one line each."""
    try:
        yield
    except ValidationError as invalid:
        raise CommandError("\n".join(_faults(invalid))) from invalid
    except IntegrityError as error:  # somebody was faster between our look and our write
        raise CommandError(f"The database refuses it: {str(error).splitlines()[0]}") from error
    except kinds as refusal:
        raise CommandError(str(refusal)) from refusal


def _faults(invalid: ValidationError) -> Iterator[str]:
    if not hasattr(invalid, "error_dict"):
        yield from invalid.messages
        return
    for name, messages in invalid.message_dict.items():
        yield from messages if name == NON_FIELD_ERRORS else (f"{name}: {text}" for text in messages)


def table(rows: Sequence[Mapping[str, Any]], *, none: str) -> list[str]:
    """Return lines of columns under their names, or ``none`` where there is no row."""
    if not rows:
        return [none]
    return _columns([[name.upper() for name in rows[0]], *(row.values() for row in rows)])


def details(facts: Mapping[str, Any]) -> list[str]:
    """Return one line for each fact, its name before it."""
    return _columns(facts.items())


def _columns(rows: Iterable[Iterable[Any]]) -> list[str]:
    """Make each column as wide as its widest cell; nothing is a dash."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    padded = (zip(row, widths, strict=True) for row in cells)
    return ["  ".join(cell.ljust(width) for cell, width in row).rstrip() for row in padded]


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    return "-" if value is None or value == "" else str(value)


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
    from rich import console, progress  # noqa: PLC0415 -- few commands draw something, and it is slow to load

    errors = console.Console(file=sys.stderr)
    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=errors, disable=quiet or not errors.is_terminal) as bar:
        yield from bar.track(items, total=total, description=what)
