"""Projects and what hangs on them; snippets; feature flags."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from apps.core.admin_site.pages import ModelAdmin, StackedInline, TabularInline, Unchangeable
from apps.core.counting import counted
from apps.directory import paths
from apps.directory.admin import forms
from apps.directory.admin.deleted_whole import DeletedWhole
from apps.directory.admin.namespaces import WithRoute
from apps.directory.models import FeatureFlag, Project, ProjectAlias, ProjectStatistics, Snippet


class ProjectStatisticsInline(Unchangeable, StackedInline[ProjectStatistics, Project]):
    """Sizes as last measured."""

    model = ProjectStatistics
    can_delete = False


class ProjectAliasInline(TabularInline[ProjectAlias, Project]):
    """Short names of the project."""

    model = ProjectAlias
    extra = 0


@admin.register(Project)
class ProjectAdmin(WithRoute, DeletedWhole):
    """Projects. The namespace is fixed; the path may change."""

    form = forms.ProjectForm
    list_display = (
        "full_path", "name", "visibility_level", "archived", "repository_exists", "storage",
        "last_repository_updated_at", "members",
    )  # fmt: skip
    list_filter = ("visibility_level", "archived", "repository_exists")
    search_fields = ("route__path__startswith", "path__lower", "pk")
    search_help_text = "The beginning of the whole path, its last part, or the id."
    ordering = ("-id",)
    autocomplete_fields = ("namespace", "creator")
    inlines = (ProjectStatisticsInline, ProjectAliasInline)
    fieldsets = (
        (None, {"fields": ("namespace", "path", "name", "creator", "members", "created_at")}),
        ("Who may see and use it", {"fields": ("visibility_level", "archived", "pending_delete")}),
        (
            "Features",
            {
                "fields": (
                    "repository_access_level", "wiki_access_level", "snippets_access_level",
                    "merge_requests_access_level", "printing_merge_request_link_enabled", "lfs_enabled",
                )
            },
        ),
        (
            "Repository",
            {
                "fields": (
                    "default_branch", "object_format", "repository_exists", "wiki_repository_exists",
                    "repository_read_only", "repository_size_limit", "storage", "disk_path",
                    "last_repository_updated_at",
                )
            },
        ),
    )  # fmt: skip

    def fixed_fields(self, request: HttpRequest, obj: Project | None = None) -> tuple[str, ...]:
        """A project stays in its namespace, and the ids of a repository that is there are what they are."""
        fixed = ("members", "last_repository_updated_at", "created_at")
        if obj is None:
            return fixed
        return (*fixed, "namespace", *(("object_format",) if obj.repository_exists else ()))

    def save_model(self, request: HttpRequest, obj: Project, form: ModelForm[Any], change: bool) -> None:
        """Save, and leave a redirect where the path has changed."""
        super().save_model(request, obj, form, change)
        if change and "path" in form.changed_data:
            paths.rename_project(obj, path=obj.path)


@admin.register(ProjectAlias)
class ProjectAliasAdmin(ModelAdmin[ProjectAlias]):
    """Short names of projects."""

    list_display = ("name", "project")
    list_select_related = ("project__route",)
    search_fields = ("name__exact", "project__route__path__lower")
    ordering = ("name",)
    autocomplete_fields = ("project",)


@admin.register(Snippet)
class SnippetAdmin(ModelAdmin[Snippet]):
    """Snippets, personal and of projects."""

    form = forms.SnippetForm
    list_display = ("id", "title", "author", "project", "visibility_level", "updated_at")
    list_filter = ("visibility_level",)
    list_select_related = ("author", "project__route")
    search_fields = ("pk", "author__username__lower", "project__route__path__lower")
    ordering = ("-id",)
    autocomplete_fields = ("author", "project")
    readonly_fields = ("updated_at",)


@admin.register(FeatureFlag)
class FeatureFlagAdmin(ModelAdmin[FeatureFlag]):
    """Switches; those named ``gitaly_*`` are sent to Gitaly."""

    list_display = ("name", "enabled", "enabled_for")
    list_filter = ("enabled",)
    search_fields = ("name__icontains",)
    ordering = ("name",)
    autocomplete_fields = ("projects",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[FeatureFlag]:
        """Count the projects with the rows."""
        flags: QuerySet[FeatureFlag] = super().get_queryset(request)
        return flags.annotate(projects_chosen=Count("projects"))

    @admin.display(description="enabled for", ordering="projects_chosen")
    def enabled_for(self, flag: Any) -> str:
        """Say for how many projects."""
        return counted(flag.projects_chosen, "project")
