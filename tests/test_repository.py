"""What holds for the repository as a whole."""

import ast
import importlib.util
import re
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.instances import ROOT

MAX_FILE = 250  # lines
MAX_FUNCTION = 30  # lines, without decorators and docstring
SOURCES = ("apps", "gitlab_internal")
GENERATED = {"migrations", "stubs"}
# Names that Django asks for.
SHARED_NAMES = {"Command", "DatabaseWrapper", "Media", "Meta"}


def sources() -> Iterator[Path]:
    """Every module of ours that a person has written."""
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if not GENERATED & set(path.parts):
                yield path


def long_functions(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and length(node) > MAX_FUNCTION:
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {length(node)} lines"


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function from ``def`` to its end, its docstring apart."""
    first = function.body[0]
    docstring = 0
    if ast.get_docstring(function, clean=False) is not None:
        docstring = (first.end_lineno or first.lineno) - first.lineno + 1
    return (function.end_lineno or function.lineno) - function.lineno + 1 - docstring


@pytest.mark.django_db
def test_no_change_of_a_model_lacks_its_migration() -> None:
    output = StringIO()

    call_command("makemigrations", check=True, dry_run=True, stdout=output)

    assert output.getvalue() == "No changes detected\n"


def test_psycopg_3_is_not_installed() -> None:
    assert importlib.util.find_spec("psycopg") is None, "Django would silently prefer it to psycopg2."


@pytest.mark.parametrize("name", ["runtime.txt", "dev.txt"])
def test_a_lock_file_pins_every_package_by_its_hash_and_names_no_host(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text()
    packages = [line for line in text.splitlines() if line and line[0] not in " #"]

    assert packages
    assert not re.search(r"://|--index|--extra|--find-links|--trusted|@ ", text)
    for package in packages:
        assert re.fullmatch(r"[a-z0-9._-]+(\[[a-z0-9,]+\])?==[^ ]+( ; [^\\]+)? \\", package), package
        assert re.search(rf"{re.escape(package)}\n    --hash=sha256:[0-9a-f]{{64}}", text), package


def test_a_name_stands_for_one_class() -> None:
    trees = [ast.parse(path.read_text()) for path in sources()]
    names = Counter(node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef))

    assert {name for name, number in names.items() if number > 1} <= SHARED_NAMES


def test_no_file_is_longer_than_it_may_be() -> None:
    lengths = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in sources()}

    assert {str(path): lines for path, lines in lengths.items() if lines > MAX_FILE} == {}


def test_no_function_is_longer_than_it_may_be() -> None:
    assert [function for path in sources() for function in long_functions(path)] == []


def test_the_length_of_a_function_does_not_count_its_docstring() -> None:
    source = '@decorated\ndef f(\n    a,\n):\n    """One.\n\n    Two.\n    """\n    return a\n'
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)

    assert length(function) == 4
