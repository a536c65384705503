"""A query of Django's ORM whose SQL is made once, for what is asked at every request.

To write the SQL of a query with joins takes ten times as long as SQLite takes to answer it. Here it is
written once for each connection; the answer goes through Django's own code that makes models of rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable

from apps.core import raw_queries

# What stands for the value that is asked for while the SQL is written; nobody asks for it.
_PLACES: dict[type, Any] = {str: "the value that is asked for", int: -(2**62) - 1}
M = TypeVar("M", bound=Model)
V = TypeVar("V", bound=str | int)


@dataclass(frozen=True, slots=True)
class _Statement:
    sql: str
    values: tuple[Any, ...]
    compiler: Any


class PreparedQuery(Generic[M, V]):
    """A query for at most one row by one text or number, for which ``make`` returns it."""

    def __init__(self, make: Callable[[V], QuerySet[M]], *, by: type[V]) -> None:
        self._make: Callable[[Any], QuerySet[M]] = make
        self._place = _PLACES[by]
        # By connection: a compiler of Django's belongs to one, and a connection to one thread.
        self._statements: WeakKeyDictionary[BaseDatabaseWrapper, _Statement] = WeakKeyDictionary()

    def first(self, value: V) -> M | None:
        """Return the row that the value finds, or ``None``.

        A number is one that the column can hold, and a text is as the column has it: in small letters where
        ``make`` compares these.
        """
        connection = connections[DEFAULT_DB_ALIAS]
        statement = self._statements.get(connection)
        if statement is None:
            statement = self._statements[connection] = self._written()
        values = [value if known == self._place else known for known in statement.values]
        row = raw_queries.first_row(statement.sql, values)
        return None if row is None else _model_of(row, statement.compiler)

    def _written(self) -> _Statement:
        compiler = self._make(self._place).query.get_compiler(using=DEFAULT_DB_ALIAS)
        sql, values = compiler.as_sql()
        return _Statement(sql, tuple(values), compiler)


def _model_of(row: tuple[Any, ...], compiler: Any) -> Any:
    """Let Django make the model, with what is joined to it, from an answer that is there already."""
    answered = SimpleNamespace(
        execute_sql=lambda **_: [[row]],
        results_iter=compiler.results_iter,
        select=compiler.select,
        klass_info=compiler.klass_info,
        annotation_col_map=compiler.annotation_col_map,
    )
    query = SimpleNamespace(get_compiler=lambda **_: answered)
    asked: Any = SimpleNamespace(db=DEFAULT_DB_ALIAS, query=query, _known_related_objects={})
    return next(iter(ModelIterable(asked)))
