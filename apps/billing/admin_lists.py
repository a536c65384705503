"""Parts of the admin's lists: filters, rows that nobody edits, seats counted for a whole page."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from apps.billing import seats
from apps.billing.models import Subscription

if TYPE_CHECKING:
    from django.contrib.admin.views.main import ChangeList
else:
    from unfold.views import ChangeList

ENDS_SOON = timedelta(days=30)


def today() -> date:
    """Return the day as the API sees it."""
    return timezone.now().date()


class EndsFilter(admin.SimpleListFilter):
    """By end date, seen from today."""

    title = "end"
    parameter_name = "end"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("soon", "Within 30 days"), ("past", "Expired"), ("none", "No end")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Apply the choice."""
        day = today()
        match self.value():
            case "soon":
                return queryset.filter(end_date__range=(day, day + ENDS_SOON))
            case "past":
                return queryset.filter(end_date__lt=day)
            case "none":
                return queryset.filter(end_date=None)
        return queryset


class SeatsFilter(admin.SimpleListFilter):
    """By the largest number of seats used, as the daily command stores it."""

    title = "seats"
    parameter_name = "seats"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choice."""
        return [("over", "More used than bought")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Apply the choice."""
        if self.value() != "over":
            return queryset
        return queryset.filter(pk__in=Subscription.objects.over_seats().values("pk"))


class CountingChangeList(ChangeList):
    """Counts the seats in use of all rows of a page at once."""

    def get_results(self, request: HttpRequest) -> None:
        """Fetch the page, then count."""
        super().get_results(request)
        rows: list[Subscription] = list(self.result_list)
        in_use = seats.count_each([row.namespace for row in rows], on=today())
        for row in rows:
            row.seats_in_use = in_use[row.namespace_id]  # type: ignore[attr-defined]  # for two columns
        self.result_list = rows
