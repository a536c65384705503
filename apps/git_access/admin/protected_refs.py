"""Protected branches and tags, and whom each rule lets through."""

from django.contrib import admin

from apps.core.admin_site.pages import ModelAdmin, TabularInline
from apps.git_access.models import ProtectedBranch, ProtectedBranchAccess, ProtectedTag, ProtectedTagAccess


class ProtectedBranchAccessInline(TabularInline[ProtectedBranchAccess, ProtectedBranch]):
    """Whom a rule lets push and merge; a rule without rows lets nobody."""

    model = ProtectedBranchAccess
    fields = ("right", "access_level", "user", "group", "deploy_key")
    autocomplete_fields = ("user", "group", "deploy_key")
    extra = 0


@admin.register(ProtectedBranch)
class ProtectedBranchAdmin(ModelAdmin[ProtectedBranch]):
    """Rules over branches."""

    list_display = ("name", "project", "allow_force_push")
    list_filter = ("allow_force_push",)
    search_fields = ("project__route__path__lower", "pk")
    list_select_related = ("project__route",)
    autocomplete_fields = ("project",)
    inlines = (ProtectedBranchAccessInline,)
    ordering = ("-id",)


class ProtectedTagAccessInline(TabularInline[ProtectedTagAccess, ProtectedTag]):
    """Whom a rule lets create tags; a rule without rows lets nobody."""

    model = ProtectedTagAccess
    fields = ("access_level", "user", "group", "deploy_key")
    autocomplete_fields = ("user", "group", "deploy_key")
    extra = 0


@admin.register(ProtectedTag)
class ProtectedTagAdmin(ModelAdmin[ProtectedTag]):
    """Rules over tags."""

    list_display = ("name", "project")
    search_fields = ("project__route__path__lower", "pk")
    list_select_related = ("project__route",)
    autocomplete_fields = ("project",)
    inlines = (ProtectedTagAccessInline,)
    ordering = ("-id",)
