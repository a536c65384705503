"""Filters of the admin's lists: only what occurs in the list, in one query each."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

MOST = 200  # a longer list of choices helps nobody; the search field does


class _OccurringFilter(admin.SimpleListFilter):
    column: ClassVar[str]
    label: ClassVar[str]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices that lead to a row."""
        rows = model_admin.model.objects.filter(**{f"{self.column}__isnull": False})
        pairs = rows.order_by(self.label, self.column).values_list(self.column, self.label).distinct()
        return [(str(value), text) for value, text in pairs[:MOST]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Apply the choice."""
        value = self.value()
        return queryset.filter(**{self.column: value}) if value and value.isdecimal() else queryset


class ProjectFilter(_OccurringFilter):
    """By project."""

    title = "project"
    parameter_name = "project"
    column = "project_id"
    label = "project__route__path"


class AgentFilter(_OccurringFilter):
    """By the agent that has reported it."""

    title = "agent"
    parameter_name = "agent"
    column = "finding__agent_id"
    label = "finding__agent__name"
