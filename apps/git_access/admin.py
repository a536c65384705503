"""Git access for operators: messages and restrictions of the instance, protected refs, pushes, audits."""

from django import forms
from django.contrib import admin

from apps.core.admin_site.lists import RelatedFilter
from apps.core.admin_site.pages import ModelAdmin, ReadOnly, TabularInline
from apps.directory.models import AccessLevel
from apps.git_access import pages
from apps.git_access.models import (
    BroadcastMessage,
    GitAuditEvent,
    IpRestriction,
    ProtectedBranch,
    ProtectedBranchAccess,
    ProtectedTag,
    ProtectedTagAccess,
    PushEvent,
    PushRecord,
)

__all__ = ["pages"]  # loading them registers them
LEVELS = [(value, label) for value, label in AccessLevel.choices if value >= AccessLevel.GUEST]


@admin.register(IpRestriction)
class IpRestrictionAdmin(ModelAdmin[IpRestriction]):
    """From where the projects of a top-level group may be used."""

    list_display = ("cidr", "group")
    search_fields = ("cidr__startswith", "group__route__path__lower")
    list_select_related = ("group__route",)
    autocomplete_fields = ("group",)
    ordering = ("group_id", "cidr")


class BroadcastMessageForm(forms.ModelForm[BroadcastMessage]):
    """Levels are chosen, not written."""

    target_access_levels = forms.TypedMultipleChoiceField(
        choices=LEVELS,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Nothing chosen: everybody.",
    )

    class Meta:
        model = BroadcastMessage
        fields = (
            "message",
            "kind",
            "starts_at",
            "ends_at",
            "target_path",
            "show_in_cli",
            "target_access_levels",
        )


@admin.register(BroadcastMessage)
class BroadcastMessageAdmin(ModelAdmin[BroadcastMessage]):
    """What everybody, or those who push to some projects, are told."""

    form = BroadcastMessageForm
    list_display = ("__str__", "kind", "starts_at", "ends_at", "target_path", "show_in_cli")
    list_filter = ("kind", "show_in_cli")
    search_fields = ("message__icontains", "target_path__icontains")
    ordering = ("-id",)


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
