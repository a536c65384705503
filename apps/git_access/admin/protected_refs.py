"""Protected branches and tags, and whom each rule lets through."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest

from apps.core.admin_site.pages import ModelAdmin, TabularInline
from apps.git_access.models import ProtectedBranch, ProtectedBranchAccess, ProtectedTag, ProtectedTagAccess


class ProtectedBranchAccessInline(TabularInline[ProtectedBranchAccess, ProtectedBranch]):
    """Whom a rule lets push and merge; a rule without rows lets nobody."""

    model = ProtectedBranchAccess
    fields = ("right", "access_level", "user", "group", "deploy_key")
    autocomplete_fields = ("user", "group", "deploy_key")
    extra = 0


class SaysWhomItLocksOut(ModelAdmin[Any]):
    """A rule without rows lets nobody pass, which is rarely what was meant."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save, and say so."""
        super().save_related(request, form, formsets, change)
        if not form.instance.access.exists():
            text = f"Nobody may pass the rule {form.instance.name}: it has no row that lets somebody."
            self.message_user(request, text, messages.WARNING)


@admin.register(ProtectedBranch)
class ProtectedBranchAdmin(SaysWhomItLocksOut):
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
class ProtectedTagAdmin(SaysWhomItLocksOut):
    """Rules over tags."""

    list_display = ("name", "project")
    search_fields = ("project__route__path__lower", "pk")
    list_select_related = ("project__route",)
    autocomplete_fields = ("project",)
    inlines = (ProtectedTagAccessInline,)
    ordering = ("-id",)
