"""Users, the terms they accept, and their tokens."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from apps.directory.admin import forms
from apps.directory.models import Namespace, PersonalAccessToken, Terms, TermsAcceptance, User
from gitlab_internal.admin_pages import Unchangeable


@admin.register(User)
class UserAdmin(DjangoUserAdmin[User]):
    """People, bots and internal users; Django's own pages for passwords."""

    form = forms.UserForm
    add_form = forms.NewUserForm
    list_display = (
        "username", "name", "email", "state", "user_type", "admin", "last_activity_on",
    )  # fmt: skip
    list_filter = ("state", "user_type", "admin", "external", "otp_required_for_login")
    search_fields = ("username", "name", "email")
    ordering = ("username",)
    date_hierarchy = "created_at"
    filter_horizontal = ()
    readonly_fields = ("last_login", "last_activity_on", "created_at")
    fieldsets = (
        (None, {"fields": ("username", "name", "email", "confirmed_at", "password")}),
        ("What it is", {"fields": ("state", "user_type", "admin", "external", "projects_limit")}),
        (
            "Logging in",
            {
                "fields": (
                    "password_expires_at", "password_automatically_set", "otp_required_for_login",
                    "failed_attempts", "locked_at", "last_login",
                )
            },
        ),
        ("Activity", {"fields": ("last_activity_on", "created_at")}),
    )  # fmt: skip
    add_fieldsets = (
        (None, {"fields": ("username", "name", "email", "usable_password", "password1", "password2")}),
        ("What it is", {"fields": ("user_type", "admin", "external")}),
    )

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm[Any], change: bool) -> None:
        """Save; a new user gets a namespace of its own, for projects to be pushed to."""
        super().save_model(request, obj, form, change)
        if not change:
            Namespace.objects.create_personal(obj)


@admin.register(Terms)
class TermsAdmin(admin.ModelAdmin[Terms]):
    """Versions of the terms of service; the newest one counts."""

    list_display = ("__str__", "created_at")
    search_fields = ("text",)
    ordering = ("-created_at",)
    readonly_fields = ("created_at",)


@admin.register(TermsAcceptance)
class TermsAcceptanceAdmin(Unchangeable, admin.ModelAdmin[TermsAcceptance]):
    """Who has accepted which version."""

    list_display = ("user", "terms", "created_at")
    list_select_related = ("user", "terms")
    search_fields = ("user__username",)
    ordering = ("-created_at",)


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
