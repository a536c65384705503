"""Locks on paths."""

from django.contrib import admin

from apps.core.admin_site.pages import ModelAdmin
from apps.git_access.models import LfsFileLock, PathLock
from apps.git_access.models.locks import Lock


class LockAdmin(ModelAdmin[Lock]):
    """Who keeps which path; deleting a row is unlocking it."""

    list_display = ("path", "project", "user", "created_at")
    search_fields = ("project__route__path__lower", "user__username__lower")
    list_select_related = ("project__route", "user")
    autocomplete_fields = ("project", "user")
    readonly_fields = ("created_at",)
    ordering = ("-id",)


admin.site.register(PathLock, LockAdmin)
admin.site.register(LfsFileLock, LockAdmin)
