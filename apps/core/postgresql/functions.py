"""Functions in PL/pgSQL, which keep the plans of their statements for the session, also behind a pooler.

The driver prepares nothing: what is asked at every Git command would be planned each time, which costs more
than running it. After every ``migrate`` the functions in the database are those of the tree.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate

Operation = Callable[[Any, Any], None]

_FUNCTION = re.compile(r"CREATE OR REPLACE FUNCTION (?P<name>\w+)\(.*?AS \$\$.*?\$\$;", re.DOTALL)
# The body and the comment of every function of these names.
_INSTALLED = """
SELECT proname, obj_description(oid, 'pg_proc'), prosrc FROM pg_proc
WHERE proname = ANY (%s) AND pronamespace = current_schema()::regnamespace
"""
_LOCK = 0x66756E6374  # "funct": two migrations at once would replace the same rows of the catalogue
_sources: dict[str, list[Path]] = {}


def keep_installed(config: AppConfig, source: Path) -> None:
    """Have the functions in a file installed after every ``migrate``; nothing happens on other databases."""
    _sources.setdefault(config.label, []).append(source)
    post_migrate.connect(_after_migrate, sender=config, dispatch_uid=f"functions of {config.label}")


def outdated(*, using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Return the names of functions that the database lacks, or has with another text than the tree's."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return []
    return [name for source in _all_sources() for name in _outdated(connection, source)]


def removing(names: Iterable[str]) -> Operation:
    """Return what a migration runs to remove functions; first those that stand on the others."""

    def remove(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            with schema_editor.connection.cursor() as cursor:
                for name in names:
                    cursor.execute(f"DROP FUNCTION IF EXISTS {name}")

    return remove


def _after_migrate(sender: AppConfig, using: str, **_: Any) -> None:
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    for source in _sources[sender.label]:
        if _outdated(connection, source):
            _install(connection, source)


def _install(connection: BaseDatabaseWrapper, source: Path) -> None:
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute(source.read_text())
        for name, statement in _statements(source).items():
            cursor.execute(f"COMMENT ON FUNCTION {name} IS '{_digest(statement)}'")


def _outdated(connection: BaseDatabaseWrapper, source: Path) -> list[str]:
    statements = _statements(source)
    with connection.cursor() as cursor:
        cursor.execute(_INSTALLED, [list(statements)])
        installed = cursor.fetchall()
    # Each name once: a former one with other parameters beside it is outdated too.
    return [
        name
        for name, text in statements.items()
        if [row[1:] for row in installed if row[0] == name] != [(_digest(text), _body(text))]
    ]


def _statements(source: Path) -> dict[str, str]:
    return {match["name"]: match[0] for match in _FUNCTION.finditer(source.read_text())}


def _body(statement: str) -> str:
    return statement.split("$$")[1]


def _digest(statement: str) -> str:
    return hashlib.sha256(statement.encode()).hexdigest()


def _all_sources() -> list[Path]:
    return [source for sources in _sources.values() for source in sources]
