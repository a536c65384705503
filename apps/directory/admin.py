"""The directory for operators."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.directory.models import PersonalAccessToken


@admin.register(PersonalAccessToken)
class PersonalAccessTokenAdmin(admin.ModelAdmin[PersonalAccessToken]):
    """Tokens without their digests. One is made where its text can be shown, and ended here."""

    list_display = ("name", "user", "scopes", "expires_at", "revoked", "last_used_at", "created_at")
    list_filter = ("revoked",)
    list_select_related = ("user",)
    search_fields = ("name", "user__username")
    ordering = ("-id",)
    date_hierarchy = "created_at"
    fields = ("user", "name", "scopes", "expires_at", "revoked", "last_used_at", "created_at")
    readonly_fields = fields
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody would see the text of a token made here."""
        return False

    @admin.action(description="Revoke the selected tokens", permissions=["change"])
    def revoke(self, request: HttpRequest, tokens: QuerySet[PersonalAccessToken]) -> None:
        """End tokens for good."""
        revoked = PersonalAccessToken.objects.filter(pk__in=tokens).revoke()
        self.message_user(request, f"{revoked} tokens are revoked.", messages.SUCCESS)
