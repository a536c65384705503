"""Functions in PL/pgSQL, which keep the plans of their statements for the session, also behind a pooler.

The driver prepares nothing: what is asked at every Git command would be planned each time, which costs more
than running it. A migration installs a function, and again whenever its text has changed.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Operation = Callable[[Any, Any], None]


def installing(source: Path) -> Operation:
    """Return what a migration runs to install the functions in a file; it does nothing on other databases."""

    def install(apps: Any, schema_editor: Any) -> None:
        _run([source.read_text()], schema_editor)

    return install


def removing(names: Iterable[str]) -> Operation:
    """Return what a migration runs to remove functions; first those that stand on the others."""

    def remove(apps: Any, schema_editor: Any) -> None:
        _run([f"DROP FUNCTION IF EXISTS {name}" for name in names], schema_editor)

    return remove


def _run(statements: list[str], schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
