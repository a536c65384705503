"""Webhooks, and what became of each message to them."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from apps.core.admin_site import audit
from apps.core.admin_site.pages import ModelAdmin, ReadOnly
from apps.core.encryption import Encrypted
from apps.git_access.models import Webhook, WebhookDelivery
from apps.git_access.pushes.after.webhooks import deliveries, destinations, registrations

MOST_TESTS = 10  # each may take as long as WEBHOOK_TIMEOUT says, while the page waits


class WebhookForm(forms.ModelForm[Webhook]):
    """The secret is written, and not shown again."""

    url = forms.CharField(label="URL", validators=[registrations.check_url])
    written_secret = forms.CharField(
        label="Secret",
        required=False,
        widget=forms.PasswordInput(render_value=False),
        help_text="Signs every message (Standard Webhooks). Empty: the secret stays as it is.",
    )

    class Meta:
        model = Webhook
        fields = ("project", "url", "push_events", "tag_push_events")

    def save(self, commit: bool = True) -> Webhook:
        """Keep the secret when none is written."""
        if self.cleaned_data["written_secret"]:
            self.instance.secret = Encrypted.of(self.cleaned_data["written_secret"])
        return super().save(commit)


@admin.register(Webhook)
class WebhookAdmin(ModelAdmin[Webhook]):
    """Whom a project tells about its pushes."""

    form = WebhookForm
    list_display = ("url", "project", "push_events", "tag_push_events")
    search_fields = ("project__route__path__lower", "pk")
    list_select_related = ("project__route",)
    autocomplete_fields = ("project",)
    ordering = ("-id",)
    actions = ("send_test",)
    row_actions = {"send_test": "Send a test message"}

    @admin.action(description="Send a test message to the selected webhooks", permissions=["change"])
    def send_test(self, request: HttpRequest, webhooks: QuerySet[Webhook]) -> None:
        """Send one to each, and say what was answered."""
        for webhook in webhooks[:MOST_TESTS]:
            try:
                status = deliveries.send_test(webhook, now=timezone.now())
            except destinations.ForbiddenAddress as host:
                self.message_user(request, f"{webhook.url}: {host} has a private address.", messages.ERROR)
            except destinations.NotDelivered as failure:
                self.message_user(request, f"{webhook.url}: {failure}", messages.ERROR)
            else:
                level = messages.SUCCESS if 200 <= status < 300 else messages.WARNING
                self.message_user(request, f"{webhook.url} answered {status}.", level)

    def save_model(self, request: HttpRequest, obj: Webhook, form: Any, change: bool) -> None:
        """Save, and note a new secret, which no column of the audit log shows."""
        super().save_model(request, obj, form, change)
        if form.cleaned_data["written_secret"]:
            audit.note(obj, secret=("…", "changed"))


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnly, ModelAdmin[WebhookDelivery]):
    """Every message: when it was sent last, how often, and what was answered."""

    list_display = (
        "message_id", "webhook", "state", "attempts", "response_status", "error", "attempted_at",
    )  # fmt: skip
    list_filter = ("state",)
    search_fields = ("message_id__exact", "webhook__project__route__path__lower")
    list_select_related = ("webhook__project__route", "record")
    ordering = ("-id",)
