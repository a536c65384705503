"""The directive `setting-reference`: every setting that the code reads, a section and a table for each part.

Nothing is listed here: names, types, defaults and words come from the code, through the same inventory that
`manage.py config show` uses.
"""

import ast
import re
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.conf import settings
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from apps.operations import setting_inventory
from apps.operations.setting_inventory import Setting

_PATH = re.compile(r"str\((\w+) / '([^']+)'\)")
_TEXT = re.compile(r"^f'(.*)'$")
HEAD = ("Setting", "Type", "Default", "What it does")


class SettingReference(SphinxDirective):
    """Headings are parsed like those that stand in the page, so that links lead to them."""

    def run(self) -> list[nodes.Node]:
        """Return one section a part of the settings."""
        for source in setting_inventory.SOURCES:
            self.env.note_dependency(str(settings.BASE_DIR / source))
        return self.parse_text_to_nodes("\n".join(lines()), allow_section_headings=True)


def lines() -> list[str]:
    """Return the reference as Markdown."""
    parts = groupby(setting_inventory.inventory(), key=lambda setting: setting.section)
    return [line for section, found in parts for line in _part(section, list(found))]


def _part(section: str, found: list[Setting]) -> list[str]:
    rows = [(f"`{s.name}`", s.kind, _default(s), _cell(_sentence(s.description))) for s in found]
    return [f"## {section}", "", *_table(rows), ""]


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    return [_row(HEAD), _row(("---",) * len(HEAD)), *map(_row, rows)]


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _default(setting: Setting) -> str:
    text = readable(setting.default)
    return f"`{_cell(text)}`" if text else ""


def readable(expression: str) -> str:
    """Return a default as somebody would write it into a file: paths and lists instead of Python's words."""
    try:
        value = ast.literal_eval(expression)
    except ValueError:  # made of other settings
        return _PATH.sub(r"\1/\2", _TEXT.sub(r"\1", expression)).replace("{", "").replace("}", "")
    if isinstance(value, bool):
        return "on" if value else "off"
    return ",".join(value) if isinstance(value, list | dict) else str(value)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx of the directive."""
    app.add_directive("setting-reference", SettingReference)
    return {"parallel_read_safe": True}
