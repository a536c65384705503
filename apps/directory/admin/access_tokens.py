"""Personal access tokens: made, shown once, and ended."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from apps.core.admin_site import audit
from apps.core.admin_site.labels import label
from apps.core.admin_site.pages import ModelAdmin
from apps.core.counting import counted
from apps.directory import access_tokens
from apps.directory.admin.users import within_reach
from apps.directory.models import PersonalAccessToken

ASKED = ("user", "name", "scopes", "expires_at")
SHOWN = (*ASKED, "revoked", "last_used_at", "created_at")


class NewTokenForm(ModelForm[PersonalAccessToken]):
    """What `manage.py token create` asks for."""

    request: HttpRequest
    scopes = forms.MultipleChoiceField(
        choices=[(scope, scope) for scope in access_tokens.SCOPES_OF_OPERATORS],
        widget=forms.CheckboxSelectMultiple,
    )

    def clean(self) -> dict[str, Any]:
        """Refuse what the command refuses, and a token of somebody out of this operator's reach."""
        cleaned = super().clean() or {}
        user = cleaned.get("user")
        if not within_reach(self.request, user):
            raise ValidationError({"user": "Your role makes no tokens of operators."})
        if user and {"name", "scopes"} <= set(cleaned):
            today = timezone.now().date()
            wanted: dict[str, Any] = {name: cleaned.get(name) for name in ASKED}
            try:
                cleaned["expires_at"] = access_tokens.permitted(**wanted, today=today)
            except access_tokens.TokenRefused as refused:
                raise ValidationError(str(refused)) from refused
        return cleaned


@admin.register(PersonalAccessToken)
class PersonalAccessTokenAdmin(ModelAdmin[PersonalAccessToken]):
    """Tokens without their digests; the text of a new one is shown once."""

    list_display = ("name", "user", "shown_scopes", "state", "expires_at", "last_used_at", "created_at")
    list_filter = ("revoked",)
    list_select_related = ("user",)
    search_fields = ("user__username__lower", "pk")
    search_help_text = "The username of the owner, or the id."
    ordering = ("-id",)
    autocomplete_fields = ("user",)
    actions = ("revoke",)
    row_actions = {"revoke": "Revoke"}

    def get_fields(self, request: HttpRequest, obj: PersonalAccessToken | None = None) -> tuple[str, ...]:
        """Ask for what a new token is; show the rest of one that is there."""
        return SHOWN if obj else ASKED

    def fixed_fields(self, request: HttpRequest, obj: PersonalAccessToken | None = None) -> tuple[str, ...]:
        """Nothing of a token changes but that it ends."""
        return SHOWN if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        """Let the form of a new token know who asks: a token acts as its user."""
        if obj is not None:
            return super().get_form(request, obj, change=change, **options)
        form: Any = super().get_form(request, obj, change=change, **{**options, "form": NewTokenForm})
        form.request = request
        return form

    def save_model(
        self, request: HttpRequest, obj: PersonalAccessToken, form: ModelForm[Any], change: bool
    ) -> None:
        """Give a new token its text, which is kept nowhere."""
        if not change:
            obj.issued_text = access_tokens.new_text()  # type: ignore[attr-defined]  # for the next page
            obj.token_digest = access_tokens.digest(obj.issued_text)  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: PersonalAccessToken, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the text, now and never again."""
        context = {
            **self.admin_site.each_context(request),
            "title": f"Access token {obj}",
            "token": obj,
            "text": obj.issued_text,  # type: ignore[attr-defined]
        }
        return TemplateResponse(request, "admin/directory/token_made.html", context)

    @admin.display(description="scopes")
    def shown_scopes(self, token: PersonalAccessToken) -> str:
        """The scopes as a line."""
        return ", ".join(token.scopes)

    @label(
        {"active": "Usable", "expired": "Expired", "revoked": "Revoked"},
        success=("active",),
        warning=("expired",),
        danger=("revoked",),
    )
    def state(self, token: PersonalAccessToken) -> str:
        """Whether it works today."""
        return token.state(on=timezone.now().date())

    def offers(self, action: str, row: PersonalAccessToken) -> bool:
        """A token ends once."""
        return not row.revoked

    @admin.action(description="Revoke the selected tokens", permissions=["change"])
    def revoke(self, request: HttpRequest, tokens: QuerySet[PersonalAccessToken]) -> None:
        """End tokens for good."""
        with audit.of_each(tokens):
            revoked = PersonalAccessToken.objects.filter(pk__in=tokens).revoke()
        self.message_user(request, f"{counted(revoked, 'token is', 'tokens are')} revoked.", messages.SUCCESS)
