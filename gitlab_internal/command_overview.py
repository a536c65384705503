"""What ``manage.py`` says without a command: ours, each with its verbs, read from the sources.

Loading all commands, and with them Django and the models, would take a second; their texts are there without.
"""

import ast
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap

ROOT = Path(__file__).resolve().parent.parent
_HEAD = """\
manage.py COMMAND [VERB] [OPTIONS] works on the instance in the folder DATA, ./var unless that is set.
manage.py COMMAND --help says more, manage.py completion bash lets the shell complete all this.
"""
_END = re.compile(r"[.;:] |\.$|\.?\n\n")
_REST = "Django's own, such as migrate, check and createsuperuser: manage.py help --all"


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """One command: its name, what it is for, and its verbs, those of a group behind its name."""

    name: str
    purpose: str
    verbs: tuple[str, ...]


def text() -> str:
    """Return the page: a line for each command, below it its verbs."""
    found = list(entries())
    width = max(len(entry.name) for entry in found) + 4
    room = shutil.get_terminal_size((100, 24)).columns - width
    lines = [line for entry in found for line in _lines(entry, width, max(room, 40))]
    return "\n".join([_HEAD, *lines, "", _REST, ""])


def _lines(entry: CommandEntry, width: int, room: int) -> Iterator[str]:
    first, *others = wrap(entry.purpose, room)
    yield f"  {entry.name}".ljust(width) + first
    verbs = wrap(" · ".join(entry.verbs), room)
    yield from (" " * width + line for line in (*others, *verbs))


def entries() -> Iterator[CommandEntry]:
    """Yield our commands by name."""
    files = (ROOT / "apps").glob("*/management/commands/[!_]*.py")
    for path in sorted(files, key=lambda path: path.stem):
        if classes := [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef)]:
            command = next(node for node in classes if node.name == "Command")
            yield CommandEntry(path.stem.replace("_", "-"), _purpose(command), tuple(_verbs(command)))


def _purpose(command: ast.ClassDef) -> str:
    """Return the first sentence of its help, up to what it goes on to explain."""
    for node in command.body:
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["help"]:
            return _END.split(str(ast.literal_eval(node.value)), maxsplit=1)[0]
    raise LookupError(f"{command.name} has no help")


def _verbs(command: ast.ClassDef) -> Iterator[str]:
    """Yield what is decorated with ``@command`` or with that of a group."""
    for method in command.body:
        if not isinstance(method, ast.FunctionDef):
            continue
        for call in (node for node in method.decorator_list if isinstance(node, ast.Call)):
            group, _, decorator = ast.unparse(call.func).rpartition(".")
            if decorator == "command":
                yield " ".join(filter(None, (group, _name(call, method))))


def _name(call: ast.Call, method: ast.FunctionDef) -> str:
    given = next((word.value for word in call.keywords if word.arg == "name"), None)
    return ast.literal_eval(given) if given else method.name.replace("_", "-")
