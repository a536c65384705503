"""Who belongs where: memberships, and groups invited into groups and projects."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.core.admin_site.pages import ModelAdmin
from apps.directory.models import AccessLevel, GroupGroupLink, Member, ProjectGroupLink


@admin.register(Member)
class MemberAdmin(ModelAdmin[Member]):
    """Who belongs to a group or a project, and who is invited."""

    list_display = ("user", "invite_email", "group", "project", "access_level", "state", "expires_at")
    list_filter = ("access_level", "state", ("requested_at", admin.EmptyFieldListFilter))
    list_select_related = ("user", "group__route", "project__route")
    search_fields = (
        "user__username__lower", "invite_email__exact", "group__route__path__lower",
        "project__route__path__lower",
    )  # fmt: skip
    ordering = ("-id",)
    autocomplete_fields = ("user", "group", "project")
    readonly_fields = ("created_at",)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new member sees something; "no access" is for whom a group is to be closed."""
        return {"access_level": AccessLevel.GUEST, **super().get_changeform_initial_data(request)}


@admin.register(GroupGroupLink)
class GroupGroupLinkAdmin(ModelAdmin[GroupGroupLink]):
    """Groups that are shared with other groups."""

    list_display = ("shared_group", "shared_with_group", "group_access", "expires_at")
    list_filter = ("group_access",)
    list_select_related = ("shared_group__route", "shared_with_group__route")
    search_fields = ("shared_group__route__path__lower", "shared_with_group__route__path__lower")
    ordering = ("-id",)
    autocomplete_fields = ("shared_group", "shared_with_group")


@admin.register(ProjectGroupLink)
class ProjectGroupLinkAdmin(ModelAdmin[ProjectGroupLink]):
    """Projects that are shared with groups."""

    list_display = ("project", "group", "group_access", "expires_at")
    list_filter = ("group_access",)
    list_select_related = ("project__route", "group__route")
    search_fields = ("project__route__path__lower", "group__route__path__lower")
    ordering = ("-id",)
    autocomplete_fields = ("project", "group")
