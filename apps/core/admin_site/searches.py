"""Searching tables of millions of rows: each lookup finds its rows by its own index."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Model, QuerySet

from apps.core.admin_site.lists import MOST
from apps.core.json_values import storable_text


def by_lookups(model: type[Model], lookups: Iterable[str], term: str) -> list[QuerySet[Any]]:
    """Return what each lookup finds; one that cannot hold the term finds nothing."""
    if not storable_text(term):
        return []
    rows = model._default_manager
    return [_found(rows, lookup, term) for lookup in lookups if _fits(rows, lookup, term)]


def _found(rows: Any, lookup: str, term: str) -> QuerySet[Any]:
    found: QuerySet[Any] = rows.filter(**{lookup: term.lower() if lookup.endswith("__lower") else term})
    column, _, kind = lookup.rpartition("__")
    if kind == "startswith" and connection.vendor == "sqlite":
        # LIKE takes letters of either case there, for which no index of ours has an order.
        found = found.filter(**{f"{column}__gte": term})
        if last := _next(term[-1:]):
            found = found.filter(**{f"{column}__lt": term[:-1] + last})
    return found


def _next(letter: str) -> str:
    """Return the letter behind this one, or nothing behind the last one; halves of a pair are none."""
    number = ord(letter) + 1 if letter else 0
    number = 0xE000 if number == 0xD800 else number
    return chr(number) if 0 < number <= 0x10FFFF else ""


def _fits(rows: Any, lookup: str, term: str) -> bool:
    try:
        rows.filter(**{lookup: term})
    except (ValueError, ValidationError):
        return False
    return True


def keep(rows: QuerySet[Any], found: Sequence[QuerySet[Any]]) -> QuerySet[Any]:
    """Keep rows that at least one of the queries finds; of very many, as many as a list leads to.

    What the list is filtered by counts before that.
    """
    if not found:
        return rows.none()
    first, *others = [_part((query & rows).order_by().values("pk")[: MOST + 1]) for query in found]
    return rows.filter(pk__in=first.union(*others) if others else first)


def _part(limited: QuerySet[Any]) -> QuerySet[Any]:
    """Return what may be a part of a union: SQLite takes no limited query there, only one around it."""
    if connection.vendor != "sqlite":
        return limited
    around: QuerySet[Any] = limited.model._base_manager.filter(pk__in=limited).order_by().values("pk")
    return around
