"""Searching tables of millions of rows: each lookup finds its rows by its own index."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet


def by_lookups(model: type[Model], lookups: Iterable[str], term: str) -> list[QuerySet[Any]]:
    """Return what each lookup finds; one that cannot hold the term finds nothing."""
    if "\0" in term:
        return []
    rows = model._default_manager
    return [
        rows.filter(**{lookup: term.lower() if lookup.endswith("__lower") else term})
        for lookup in lookups
        if _fits(rows, lookup, term)
    ]


def _fits(rows: Any, lookup: str, term: str) -> bool:
    try:
        rows.filter(**{lookup: term})
    except (ValueError, ValidationError):
        return False
    return True


def keep(rows: QuerySet[Any], found: Sequence[QuerySet[Any]]) -> QuerySet[Any]:
    """Keep the rows that at least one of the queries finds."""
    if not found:
        return rows.none()
    first, *others = [query.order_by().values("pk") for query in found]
    return rows.filter(pk__in=first.union(*others) if others else first)
