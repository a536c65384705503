"""Writing many rows of one model at once: COPY on PostgreSQL, one prepared INSERT on SQLite.

Columns that nobody names have the default of the model, so a new field with a default needs no change here.
"""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Field, Model

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Table:
    """The table of a model, of which some columns vary and some have one value in all rows."""

    def __init__(
        self, model: type[Model], varying: Sequence[str], *, constant: dict[str, Any] | None = None
    ) -> None:
        chosen = constant or {}
        names = {"pk": model._meta.pk.attname}
        varying = [names.get(name, name) for name in varying]
        fields = [field for field in model._meta.concrete_fields if _is_written(field, varying)]
        self.model = model
        self._columns = [str(field.column) for field in fields]
        self._template = [
            _adapted(field.get_db_prep_save(chosen.get(field.attname, field.get_default()), connection))
            for field in fields
        ]
        self._positions = [[field.attname for field in fields].index(name) for name in varying]

    def insert(self, rows: Iterable[Sequence[Any]]) -> None:
        """Write rows; each has the values of the varying columns, in their order."""
        write = self._copy if connection.vendor == "postgresql" else self._insert
        write([self._filled(row) for row in rows])

    def reserve(self, last_id: int) -> None:
        """Keep SQLite from giving ids up to this one to other rows; PostgreSQL counts for itself."""
        if connection.vendor != "sqlite":
            return
        with connection.cursor() as cursor:
            name = self.model._meta.db_table
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s AND seq <= %s", [name, last_id])
            cursor.execute(
                "INSERT INTO sqlite_sequence (name, seq) SELECT %s, %s "
                "WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = %s)",
                [name, last_id, name],
            )

    def _filled(self, row: Sequence[Any]) -> list[Any]:
        cells = self._template.copy()
        for position, value in zip(self._positions, row, strict=True):
            cells[position] = _adapted(value)
        return cells

    def _names(self) -> tuple[str, str]:
        """Return the table and its columns, quoted."""
        quoted = connection.ops.quote_name
        return quoted(self.model._meta.db_table), ", ".join(map(quoted, self._columns))

    def _copy(self, rows: list[list[Any]]) -> None:
        table, names = self._names()
        text = io.StringIO("".join("\t".join(map(_as_copied, row)) + "\n" for row in rows))
        with connection.cursor() as cursor:
            cursor.cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", text)

    def _insert(self, rows: list[list[Any]]) -> None:
        table, names = self._names()
        places = ", ".join(["%s"] * len(self._columns))
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)  # noqa: S608 -- our names


def _is_written(field: Field[Any, Any], varying: Sequence[str]) -> bool:
    """Whether the column is ours to write; the database numbers rows that bring no id."""
    return not field.primary_key or field.attname in varying


def _adapted(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def _as_copied(value: Any) -> str:
    if value is None:
        return "\\N"
    return value.translate(_ESCAPES) if isinstance(value, str) else str(value)
