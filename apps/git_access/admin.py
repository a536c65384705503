"""What happened to repositories, for operators."""

from django.contrib import admin
from django.http import HttpRequest

from apps.git_access.models import GitAuditEvent


@admin.register(GitAuditEvent)
class GitAuditEventAdmin(admin.ModelAdmin[GitAuditEvent]):
    """Who used which repository. Nobody changes what has happened."""

    list_display = ("created_at", "username", "key", "verb", "gl_repository", "protocol", "address")
    list_filter = ("verb", "protocol")
    list_select_related = ("user", "key")
    search_fields = ("username", "gl_repository", "address")
    ordering = ("-id",)
    date_hierarchy = "created_at"
    show_full_result_count = False  # the table only grows

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Written by the API only."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: GitAuditEvent | None = None) -> bool:
        """Read only."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: GitAuditEvent | None = None) -> bool:
        """Kept."""
        return False
