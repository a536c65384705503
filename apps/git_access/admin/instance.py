"""Messages to everybody, and from where the projects of a group may be used."""

from django import forms
from django.contrib import admin

from apps.core.admin_site.pages import ModelAdmin
from apps.directory.models import AccessLevel
from apps.git_access.models import BroadcastMessage, IpRestriction

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
