"""What happened: finished pushes and the audit of Git commands."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest

from apps.core.admin_site.lists import RelatedFilter
from apps.core.admin_site.pages import ModelAdmin, ReadOnly, TabularInline
from apps.directory.models import Route
from apps.git_access.access import denials
from apps.git_access.models import Denial, GitAuditEvent, PushEvent, PushRecord


class PushEventInline(ReadOnly, TabularInline[PushEvent, PushRecord]):
    """What a push did to each ref."""

    model = PushEvent
    fields = ("kind", "ref", "old_revision", "new_revision", "ref_count")
    ordering = ("position",)


@admin.register(PushRecord)
class PushRecordAdmin(ReadOnly, ModelAdmin[PushRecord]):
    """Every finished push; one that is not processed still has a job."""

    list_display = ("id", "gl_repository", "user", "deploy_key", "received_at", "processed_at")
    list_filter = (
        ("processed_at", admin.EmptyFieldListFilter),
        ("user", RelatedFilter),
        ("deploy_key", RelatedFilter),
    )
    # Exact: a push is looked for among millions.
    search_fields = ("gl_repository__exact", "user__username__lower", "correlation_id__exact", "pk")
    search_help_text = "The path of a project, project-ID, a username, the id of a request, or of a push."
    list_select_related = ("user", "deploy_key")
    inlines = (PushEventInline,)
    ordering = ("-id",)

    def searched(self, term: str) -> list[QuerySet[Any]]:
        """Take the path of a project as well: a push is stored with the project's number."""
        return [*super().searched(term), of_project(PushRecord.objects.all(), term)]


def of_project(rows: QuerySet[Any], path: str) -> QuerySet[Any]:
    """Keep the rows of the repositories of the project with this path."""
    routes = Route.objects.alias(lower=Lower("path")).filter(lower=path.strip("/").lower())
    number = routes.values_list("project_id", flat=True).first()
    if number is None:
        return rows.none()
    return rows.filter(gl_repository__in=[f"project-{number}", f"wiki-{number}"])


class ReasonFilter(admin.SimpleListFilter):
    """By what was wrong, in the words of the dashboard."""

    title = "reason"
    parameter_name = "rule"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Name what a rule may find wrong."""
        return sorted(denials.faults().items(), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Apply the choice."""
        return queryset.filter(rule=self.value()) if self.value() else queryset


@admin.register(Denial)
class DenialAdmin(ReadOnly, ModelAdmin[Denial]):
    """The latest refused Git commands; what there are more of is only counted."""

    row_names = ("refusal", "refusals")
    list_display = ("created_at", "who", "place", "action", "protocol", "address", "message")
    list_display_links = ("created_at",)
    list_filter = (ReasonFilter, ("user", RelatedFilter), ("project", RelatedFilter))
    list_select_related = ("user", "key")
    search_fields = ("place__exact", "user__username__lower", "rule__exact", "address__exact")
    search_help_text = "The path of a project as it was typed, project-ID, a username, an address, or a rule."
    ordering = ("-id",)

    @admin.display(description="who", empty_value="nobody known")
    def who(self, denial: Denial) -> str | None:
        """The user, or the deploy key."""
        named = denial.user or denial.key
        return str(named) if named else None


@admin.register(GitAuditEvent)
class GitAuditEventAdmin(ReadOnly, ModelAdmin[GitAuditEvent]):
    """Who used which repository."""

    list_display = ("created_at", "username", "key", "verb", "gl_repository", "protocol", "address")
    list_filter = ("verb", ("key", RelatedFilter))
    # Exact: one is looked for among millions.
    search_fields = ("gl_repository__exact", "username__exact", "address__exact")
    list_select_related = ("key",)
    search_help_text = "The path of a project, project-ID, a username, or an address."
    ordering = ("-id",)

    def searched(self, term: str) -> list[QuerySet[Any]]:
        """Take the path of a project as well."""
        return [*super().searched(term), of_project(GitAuditEvent.objects.all(), term)]
