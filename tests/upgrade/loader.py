"""Makes an empty database one of commit d4ee24f: its migrations, then the rows of ``before.json``."""

import json
import sys
from pathlib import Path
from typing import Any

import django
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

# What PostgreSQL had installed then, which no migration installs any more.
FUNCTIONS = Path(__file__).parents[1] / "postgresql" / "former" / "access_facts.sql"
APPLIED = "django_migrations"


def main(source: Path) -> None:
    """Load the file into the database of the settings."""
    django.setup()
    tables: dict[str, Any] = json.loads(source.read_text())["tables"]
    applied = [(app, name) for _, app, name, _ in tables.pop(APPLIED)["rows"]]
    MigrationExecutor(connection).migrate(applied)
    existing = set(connection.introspection.table_names()) - {APPLIED}
    statements = connection.ops.sql_flush(
        no_style(), sorted(existing), reset_sequences=True, allow_cascade=True
    )
    connection.ops.execute_sql_flush(statements)
    with connection.constraint_checks_disabled(), transaction.atomic(), connection.cursor() as cursor:
        for table, content in tables.items():
            quoted = ", ".join(connection.ops.quote_name(column) for column in content["columns"])
            values = ", ".join(["%s"] * len(content["columns"]))
            statement = f"INSERT INTO {table} ({quoted}) VALUES ({values})"  # noqa: S608 -- our own names
            cursor.executemany(statement, content["rows"])
        if connection.vendor == "postgresql":
            cursor.execute(FUNCTIONS.read_text())
            _continue_numbers(cursor)


def _continue_numbers(cursor: Any) -> None:
    """Let the numbers of new rows go on behind those of the rows that were given theirs."""
    for table in connection.introspection.table_names(cursor):
        for sequence in connection.introspection.get_sequences(cursor, table):
            column = sequence["column"]
            last = f"SELECT COALESCE(MAX({column}), 1) FROM {table}"  # noqa: S608 -- names of our own tables
            cursor.execute(f"SELECT setval(pg_get_serial_sequence(%s, %s), ({last}))", [table, column])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
