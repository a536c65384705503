"""Writing many rows of one model at once: COPY on PostgreSQL, one prepared INSERT on SQLite.

Columns that nobody names have the default of the model, so a new field with a default needs no change here.
"""

import io
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from django.db import connection
from django.db.models import Field, Model

Content: TypeAlias = str | list[list[Any]]
"""The text of a COPY for PostgreSQL, or rows for SQLite."""

_CHUNK = 1 << 20  # characters that the driver reads at once: between two it waits for who makes the next rows
_ESCAPED = re.compile(r"[\\\t\n\r]")
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

    def content(self, rows: Iterable[Sequence[Any]]) -> Content:
        """Return what ``write`` takes; a row has the values of the varying columns, in their order."""
        if connection.vendor != "postgresql":
            return [self._filled(row, self._template, _adapted) for row in rows]
        template = [_as_copied(value) for value in self._template]
        return "".join("\t".join(self._filled(row, template, _as_copied)) + "\n" for row in rows)

    def write(self, content: Content) -> None:
        """Write the rows."""
        if isinstance(content, str):
            self._copy(content)
        else:
            self._insert(content)

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

    def _filled(self, row: Sequence[Any], template: list[Any], adapt: Callable[[Any], Any]) -> list[Any]:
        cells = template.copy()
        for position, value in zip(self._positions, row, strict=True):
            cells[position] = adapt(value)
        return cells

    def _names(self) -> tuple[str, str]:
        """Return the table and its columns, quoted."""
        quoted = connection.ops.quote_name
        return quoted(self.model._meta.db_table), ", ".join(map(quoted, self._columns))

    def _copy(self, text: str) -> None:
        table, names = self._names()
        with connection.cursor() as cursor:
            cursor.cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", io.StringIO(text), _CHUNK)

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
    if isinstance(value, str):
        return value.translate(_ESCAPES) if _ESCAPED.search(value) else value
    return str(value)
