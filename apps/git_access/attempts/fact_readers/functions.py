"""Installing the functions of the plan-cached reader; a migration does it whenever their text has changed."""

from pathlib import Path
from typing import Any

SOURCE = Path(__file__).parent / "access_facts.sql"
# Those of former releases too; the later ones stand on the earlier ones.
NAMES = (
    "internal_facts",
    "internal_access_facts",
    "internal_repository_at",
    "internal_group_at",
    "internal_project_at",
    "internal_project_level",
    "internal_group_level",
    "internal_ancestors",
)


def install(apps: Any, schema_editor: Any) -> None:
    """Install them on PostgreSQL; SQLite has the portable reader."""
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(SOURCE.read_text())


def remove(apps: Any, schema_editor: Any) -> None:
    """Remove them."""
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            for name in NAMES:
                cursor.execute(f"DROP FUNCTION IF EXISTS {name}")
