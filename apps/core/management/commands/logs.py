"""``manage.py logs``: the JSON lines of the log, for people."""

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer
from django.core.management.base import CommandError
from rich.console import Console
from rich.text import Text

from apps.core.console import Verb

_COLOURS = {"error": "red", "critical": "red", "warning": "yellow", "debug": "dim"}
_LEVELS = ("debug", "info", "warning", "error", "critical")
_FIRST = ("time", "level", "event")


class Command(Verb):
    help = (
        "Print JSON log lines for people: time, level, what happened, and the rest.\n\n"
        "Example: journalctl -u gitlab-internal -o cat | manage.py logs --level warning"
    )
    requires_system_checks = ()  # it reads a text; the instance may be broken

    def handle(
        self,
        file: Annotated[str, typer.Argument(help="The file; - is standard input.")] = "-",
        correlation_id: Annotated[str | None, typer.Option(help="Only the lines of this request.")] = None,
        level: Annotated[
            str, typer.Option(help="Only from this level on: debug, info, warning, error.")
        ] = "debug",
        as_json: Annotated[bool, typer.Option("--json", help="Print the lines as they are.")] = False,
    ) -> None:
        if level not in _LEVELS:
            raise typer.BadParameter(f"{level} is none of {', '.join(_LEVELS)}.")
        out: Any = self.stdout._out
        console = Console(file=out, soft_wrap=True, highlight=False)
        for line, entry in _entries(file):
            if not _wanted(entry, correlation_id, _LEVELS.index(level)):
                continue
            if as_json or entry is None:
                self.stdout.write(line)
            else:
                console.print(_shown(entry))


def _entries(file: str) -> Iterator[tuple[str, dict[str, Any] | None]]:
    with ExitStack() as stack:
        try:
            lines = sys.stdin if file == "-" else stack.enter_context(Path(file).open(errors="replace"))
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        for line in lines:
            try:
                entry = json.loads(line)
            except ValueError:
                entry = None
            yield line.rstrip("\n"), entry if isinstance(entry, dict) else None


def _wanted(entry: dict[str, Any] | None, correlation_id: str | None, least: int) -> bool:
    if entry is None:  # a line of somebody else, such as a traceback
        return correlation_id is None and least == 0
    if correlation_id is not None and entry.get("correlation_id") != correlation_id:
        return False
    level = str(entry.get("level", "info")).lower()
    return level not in _LEVELS or _LEVELS.index(level) >= least


def _shown(entry: dict[str, Any]) -> Text:
    level = str(entry.get("level", "")).lower()
    shown = Text()
    shown.append(f"{entry.get('time', '')!s:.23} ", style="dim")
    shown.append(f"{level.upper():8} ", style=_COLOURS.get(level, "green"))
    shown.append(str(entry.get("event", "")), style="bold")
    for name, value in entry.items():
        if name not in _FIRST and value not in (None, ""):
            shown.append(f"  {name}=", style="dim")
            shown.append(str(value))
    return shown
