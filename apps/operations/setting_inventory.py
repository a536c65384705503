"""Which settings there are, read from the code that reads them: nothing is listed twice.

A setting is a call such as ``env.int("SSH_PORT", default=22)``. The comment above its line and the one behind
it describe it; the last ``# --- Heading ---`` before it names its section.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.conf import settings

SOURCES = ("gitlab_internal/settings.py", "gunicorn.conf.py")
_HEADING = re.compile(r"--- (.+) ---")


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable of the environment as the code reads it.

    ``kind`` is ``str``, ``int``, ``bool``, ``list``, ``json`` or ``path``; ``default`` is an expression.
    """

    name: str
    kind: str
    default: str
    description: str
    section: str


@cache
def inventory() -> tuple[Setting, ...]:
    """Return every setting of this version once, in the order of the code."""
    found: dict[str, Setting] = {}
    for source in SOURCES:
        for setting in read((settings.BASE_DIR / source).read_text()):
            found.setdefault(setting.name, setting)
    return tuple(found.values())


def read(code: str) -> Iterator[Setting]:
    """Yield the settings that some code reads from ``env``, in the order of its statements."""
    comments = _Comments(code)
    for statement in ast.parse(code).body:
        for node in ast.walk(statement):
            if setting := _setting(node, statement, comments):
                yield setting


def _setting(node: ast.AST, statement: ast.stmt, comments: "_Comments") -> Setting | None:
    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="env"), attr=kind),
            args=[ast.Constant(value=str(name))],
            keywords=[ast.keyword(arg="default", value=default)],
        ):
            is_path = f"Path({ast.unparse(node)})" in ast.unparse(statement)
            return Setting(
                name=name,
                kind="path" if is_path else kind,
                default=ast.unparse(default),
                description=comments.about(node, statement),
                section=comments.section_of(node),
            )
    return None


class _Comments:
    """The comments of some code by their lines: those that stand alone, and those behind code."""

    def __init__(self, code: str) -> None:
        self._alone: dict[int, str] = {}
        self._behind: dict[int, str] = {}
        self._headings: dict[int, str] = {}
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type == tokenize.COMMENT:
                self._add(token, token.string.removeprefix("#").strip())

    def _add(self, token: tokenize.TokenInfo, text: str) -> None:
        line = token.start[0]
        if heading := _HEADING.fullmatch(text):
            self._headings[line] = heading[1]
        elif token.line.lstrip().startswith("#"):
            self._alone[line] = text
        else:
            self._behind[line] = text

    def about(self, call: ast.Call, statement: ast.stmt) -> str:
        """Return what is said above the call, else above its statement, and behind it."""
        above = self._above(call.lineno) or self._above(statement.lineno)
        return " ".join(filter(None, [above, self._behind.get(call.end_lineno or call.lineno)]))

    def section_of(self, call: ast.Call) -> str:
        """Return the last heading before the call."""
        return next((text for line, text in reversed(self._headings.items()) if line < call.lineno), "")

    def _above(self, line: int) -> str:
        lines: list[str] = []
        while text := self._alone.get(line - 1 - len(lines)):
            lines.append(text)
        return " ".join(reversed(lines))
