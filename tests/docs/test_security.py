"""The table of promises in docs/security.md: each test that it names is there."""

import ast
import re

from tests.instances import ROOT

PAGE = ROOT / "docs" / "security.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def functions_of(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_promise_names_a_test_that_exists() -> None:
    table = PAGE.read_text().partition("## Which test holds which promise")[2]
    rows = [row for row in table.splitlines() if row.startswith("| ")][1:]

    missing = [f"{path}::{name}" for path, name in NAMED.findall(table) if name not in functions_of(path)]
    nameless = [row for row in rows if not NAMED.search(row)]

    assert len(rows) > 20
    assert (missing, nameless) == ([], [])
