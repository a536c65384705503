"""Completion in the shell: scripts that hold every word themselves, so that a key press starts no program."""

import argparse
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.core.management import get_commands, load_command_class
from django_typer.management import TyperCommand

NAMES = ("manage.py", "gitlab-internal")  # what people type; the second is the wrapper of deploy/
OURS = "apps."  # where commands of this project live
# What every command takes, and nobody looks for.
_EVERYWHERE = {
    "-h", "--version", "-v", "--settings", "--pythonpath", "--traceback", "--no-color", "--force-color",
    "--show-locals", "--skip-checks",
}  # fmt: skip


class Shell(StrEnum):
    """Whose script."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


@dataclass(frozen=True, slots=True)
class CommandPlace:
    """Where somebody is on the command line: the words so far, and what may come next."""

    path: str
    words: tuple[str, ...]


def script(shell: Shell) -> str:
    """Return the script of a shell."""
    template = (Path(__file__).parent / f"{shell}.txt").read_text()
    form = "    case {path}\n      {echo}" if shell == Shell.FISH else "    {path}) {echo} ;;"
    lines = [
        form.format(path=shlex.quote(place.path), echo=f"printf '%s\\n' {shlex.join(place.words)}")
        for place in places()
        if place.words
    ]
    return template.replace("@TABLE@", "\n".join(lines)).replace("@NAMES@", " ".join(NAMES))


def places() -> Iterator[CommandPlace]:
    """Yield every command, verb and option with choices, each with the words that may follow it."""
    names = sorted(name for name, app in get_commands().items() if str(app).startswith(OURS))
    yield CommandPlace("", tuple(name.replace("_", "-") for name in names))
    for name in names:
        command = load_command_class(str(get_commands()[name]), name)
        typed = name.replace("_", "-")
        if isinstance(command, TyperCommand):
            yield from _of_node(typed, command.command_tree)
        else:
            yield from _of_parser(typed, command.create_parser("manage.py", name))


def _of_node(path: str, node: Any) -> Iterator[CommandPlace]:
    """Yield a command of typer's, then its verbs."""
    options: list[str] = []
    arguments: list[str] = []
    for parameter in node.click_command.params:
        if getattr(parameter, "hidden", False):
            continue
        choices = _choices(parameter)
        if parameter.param_type_name == "argument":
            arguments += choices
            continue
        names = (*parameter.opts, *parameter.secondary_opts)
        options += [name for name in names if name.startswith("--") and name not in _EVERYWHERE]
        yield from (CommandPlace(f"{path} {name}", choices) for name in parameter.opts if choices)
    yield CommandPlace(path, (*node.children, *arguments, *options, "--help"))
    for verb, child in node.children.items():
        yield from _of_node(f"{path} {verb}", child)


def _choices(parameter: Any) -> tuple[str, ...]:
    return tuple(str(getattr(choice, "value", choice)) for choice in getattr(parameter.type, "choices", ()))


def _of_parser(path: str, parser: argparse.ArgumentParser) -> Iterator[CommandPlace]:
    """Yield a command of Django's kind; what every one of these takes is left out."""
    own = [action for action in parser._actions if not set(action.option_strings) & _EVERYWHERE]
    yield CommandPlace(path, (*(name for action in own for name in action.option_strings), "--help"))
