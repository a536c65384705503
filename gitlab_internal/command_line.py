"""What ``manage.py`` does: Django's commands, and one line where the instance cannot be worked on."""

import os
import sys
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import BaseCommand, ManagementUtility
from django.db import OperationalError, ProgrammingError

from apps.core.json_values import storable_text
from gitlab_internal import command_overview

OVERVIEW: tuple[list[str], ...] = ([], ["help"], ["--help"], ["-h"])
EVERYTHING = ["help", "--all"]
# What rich draws: boxes around help, and tracebacks with variables.
_DRAWN = {"help", "--help", "--show-locals"}
_UNDEFINED_TABLE = "42P01"  # PostgreSQL's code


def main(arguments: list[str]) -> None:
    """Run a command; ``arguments`` are those of the process, with the program's name.

    A broken setting and a database that cannot be used end with 1 and one line; ``--traceback`` shows more.
    """
    program, *words = arguments
    if words in OVERVIEW:
        sys.stdout.write(command_overview.text())
        return
    if words == EVERYTHING:
        words = ["help"]
    named = 1 if words[:1] == ["help"] else 0
    if words[named:] and not words[named].startswith("-"):
        # Commands are modules, whose names have no hyphens; people type `client-config`.
        words[named] = words[named].replace("-", "_")
    if not _DRAWN.intersection(words):
        _leave_rich_out()
    try:
        _Utility([program, *words]).execute()
    except (ImproperlyConfigured, OperationalError, ProgrammingError, UnicodeEncodeError) as error:
        if "--traceback" in words or not (line := _told(error, words)):
            raise
        sys.exit(line)


def _leave_rich_out() -> None:
    """Let typer and structlog do without rich, which takes a tenth of a command's time to load.

    ``import rich`` fails while structlog is loaded; then who needs it can load it.
    """
    os.environ.setdefault("TYPER_USE_RICH", "0")
    loaded: dict[str, Any] = sys.modules
    if "rich" in loaded:
        return
    loaded["rich"] = None
    try:
        import_module("structlog")
    finally:
        del loaded["rich"]


class _Utility(ManagementUtility):
    """Django's, for which an unknown command is wrong usage as well."""

    def fetch_command(self, subcommand: str) -> BaseCommand:
        try:
            return super().fetch_command(subcommand)
        except SystemExit as end:
            raise SystemExit(2) from end


def _told(error: Exception, words: list[str]) -> str:
    """Return what to tell of it; nothing of a mistake in a query, which is ours."""
    if isinstance(error, ImproperlyConfigured):
        return f"The settings cannot be used: {error}"
    if isinstance(error, UnicodeEncodeError) and not all(map(storable_text, words)):
        return "What was typed is not UTF-8."
    if _lacks_tables(error):
        return f"The database lacks tables: {_first_line(error)}. Run manage.py migrate."
    if isinstance(error, OperationalError):
        return f"The database cannot be used: {_first_line(error)}. {_where()}"
    return ""


def _lacks_tables(error: Exception) -> bool:
    return "no such table" in str(error) or getattr(error.__cause__, "sqlstate", "") == _UNDEFINED_TABLE


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__).rstrip(".")


def _where() -> str:
    file = settings.DATA / "env"
    return f"Start it, or mend DATABASE_URL in {file} or in the environment; manage.py doctor says more."
