"""Counting and filtering lists of millions of rows."""

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

if TYPE_CHECKING:
    from django.contrib.admin import RelatedFieldListFilter as RelatedFilter
else:
    from unfold.contrib.filters.admin import AutocompleteSelectFilter as RelatedFilter

__all__ = ["CappedPaginator", "RelatedFilter", "at_most"]
MOST = 5_000  # rows that a list leads to; who looks further searches or filters


def at_most(rows: QuerySet[Any], most: int) -> int:
    """Count rows, but stop at ``most``: a count of millions reads millions."""
    return rows.order_by()[:most].count()


class CappedPaginator(Paginator[Any]):
    """Counts no further than ``MOST``, and says so."""

    @cached_property
    def count(self) -> int:
        """The number of rows, or ``MOST``."""
        if not isinstance(self.object_list, QuerySet):
            return len(self.object_list)
        return min(self._counted, MOST)

    @property
    def has_more(self) -> bool:
        """Whether there are rows beyond the last page."""
        return isinstance(self.object_list, QuerySet) and self._counted > MOST

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        return at_most(rows, MOST + 1)
