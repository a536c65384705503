"""Namespaces, and the paths that they and their projects have had."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from apps.core.admin_site.pages import ModelAdmin, Unchangeable
from apps.directory import paths
from apps.directory.admin import forms
from apps.directory.admin.deleted_whole import DeletedWhole
from apps.directory.models import Namespace, Project, RedirectRoute


class WithRoute:
    """Rows with a route: it is read with them, and a new path leaves a redirect at the former one."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Every row is shown by its full path."""
        rows: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]  # ModelAdmin stands behind
        return rows.select_related("route")

    @admin.display(description="path", ordering="route__path")
    def full_path(self, row: Namespace | Project) -> str:
        """The path from the root."""
        return row.full_path

    @admin.display(description="members")
    def members(self, row: Namespace | Project) -> str:
        """Lead to the list of the members."""
        if row.pk is None:
            return "-"
        field = "project" if isinstance(row, Project) else "group"
        url = reverse("admin:directory_member_changelist", query={f"{field}__id__exact": row.pk})
        return format_html('<a href="{}">Members</a>', url)


@admin.register(Namespace)
class NamespaceAdmin(WithRoute, DeletedWhole):
    """Groups and personal namespaces. Their place in the tree is fixed; the path may change."""

    form = forms.NamespaceForm
    list_display = ("full_path", "name", "kind", "visibility_level", "archived", "created_at", "members")
    list_filter = ("kind", "visibility_level", "archived")
    search_fields = ("route__path__startswith", "path__lower", "pk")
    search_help_text = "The beginning of the whole path, its last part, or the id."
    ordering = ("-id",)
    autocomplete_fields = ("parent", "owner")
    fieldsets = (
        (None, {"fields": ("path", "name", "kind", "parent", "owner", "members", "created_at")}),
        ("Who may see and use it", {"fields": ("visibility_level", "archived", "share_with_group_lock")}),
        ("Git access", {"fields": ("enabled_git_access_protocol", "enforce_ssh_certificates")}),
        (
            "Its projects",
            {
                "description": "What is left open is decided above it, or by the instance.",
                "fields": (
                    "project_creation_level", "default_branch_protection", "lfs_enabled",
                    "repository_size_limit",
                ),
            },
        ),
        ("Its wiki", {"fields": ("wiki_access_level", "wiki_repository_exists", "repository_read_only")}),
    )  # fmt: skip

    def fixed_fields(self, request: HttpRequest, obj: Namespace | None = None) -> tuple[str, ...]:
        """What decides about the place in the tree stands still once it is there."""
        return ("members", "created_at", *(("kind", "parent", "owner") if obj else ()))

    def save_model(self, request: HttpRequest, obj: Namespace, form: ModelForm[Any], change: bool) -> None:
        """Save, and move everything below a path that has changed."""
        super().save_model(request, obj, form, change)
        if change and "path" in form.changed_data:
            paths.rename_namespace(obj, path=obj.path)


@admin.register(RedirectRoute)
class RedirectRouteAdmin(Unchangeable, ModelAdmin[RedirectRoute]):
    """Former paths; renaming writes them, deleting one frees its path."""

    list_display = ("path", "namespace", "project")
    list_select_related = ("namespace__route", "project__route")
    search_fields = ("path__lower",)
    ordering = ("-id",)
