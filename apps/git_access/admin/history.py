"""What happened: finished pushes and the audit of Git commands."""

from django.contrib import admin

from apps.core.admin_site.lists import RelatedFilter
from apps.core.admin_site.pages import ModelAdmin, ReadOnly, TabularInline
from apps.git_access.models import GitAuditEvent, PushEvent, PushRecord


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
    list_select_related = ("user", "deploy_key")
    inlines = (PushEventInline,)
    ordering = ("-id",)


@admin.register(GitAuditEvent)
class GitAuditEventAdmin(ReadOnly, ModelAdmin[GitAuditEvent]):
    """Who used which repository."""

    list_display = ("created_at", "username", "key", "verb", "gl_repository", "protocol", "address")
    list_filter = ("verb", ("key", RelatedFilter))
    # Exact: one is looked for among millions.
    search_fields = ("gl_repository__exact", "username__exact", "address__exact")
    list_select_related = ("key",)
    ordering = ("-id",)
