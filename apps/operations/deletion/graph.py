"""What hangs on rows, as the models say: which rows go with them, and which only lose sight of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.fields.reverse_related import ForeignObjectRel

Rows = dict[type[models.Model], Q]

# RESTRICT keeps a row while another one of the same project needs it: both go.
_GO_ALONG = (models.CASCADE, models.RESTRICT)


@dataclass(frozen=True, slots=True)
class HangingRows:
    """A column of another model by which its rows hang on the ones looked at."""

    model: type[models.Model]
    column: str
    goes: bool
    single: bool
    """At most one row hangs on each, such as its route: it goes in the same moment."""

    def rows(self, parents: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows that hang on ``parents``."""
        return self.model._base_manager.filter(**{f"{self.column}__in": parents.values("pk")})


def references_to(model: type[models.Model]) -> Iterator[HangingRows]:
    """Return what may hang on a model's rows; tables that Django makes by itself follow by themselves."""
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel) or relation.many_to_many:
            continue
        other: Any = relation.related_model
        if other._meta.auto_created or other is model:
            continue
        handling: Any = relation.on_delete
        if handling in _GO_ALONG or handling is models.SET_NULL:
            yield HangingRows(
                other, relation.field.name, goes=handling in _GO_ALONG, single=relation.one_to_one
            )


def going(roots: Rows) -> dict[type[models.Model], QuerySet[Any]]:
    """Return all rows that go when the roots go, the roots too."""
    found = {model: model._base_manager.filter(condition) for model, condition in roots.items()}
    open_ends = list(found)
    while open_ends:
        parent = open_ends.pop(0)
        for reference in references_to(parent):
            if not reference.goes or reference.model in roots:
                continue
            condition = Q(**{f"{reference.column}__in": found[parent].values("pk")})
            rows = reference.model._base_manager.filter(condition)
            known = found.get(reference.model)
            if known is None:
                open_ends.append(reference.model)
            found[reference.model] = rows if known is None else known | rows
    return found
