"""Whom a project tells about its pushes, and what became of each message."""

import uuid

from django.db import models
from django.utils import timezone

from apps.core.encryption import EncryptedField
from apps.directory.models import Project
from apps.git_access.models.pushes import PushRecord


class WebhookQuerySet(models.QuerySet["Webhook"]):
    """Webhooks by what they want to know."""

    def for_branches(self) -> "WebhookQuerySet":
        """Those that are told about branches."""
        return self.filter(push_events=True)

    def for_tags(self) -> "WebhookQuerySet":
        """Those that are told about tags."""
        return self.filter(tag_push_events=True)


class Webhook(models.Model):
    """An address that is told about every pushed branch or tag of a project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="webhooks")
    url = models.URLField("URL", max_length=2048)
    # Signs every message (Standard Webhooks); 'whsec_' and Base64, or any text.
    secret = EncryptedField(null=True, blank=True)  # type: ignore[misc]  # there may be none
    push_events = models.BooleanField("pushes to branches", default=True)
    tag_push_events = models.BooleanField("pushes of tags", default=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = WebhookQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.url} for {self.project}"


class DeliveryState(models.TextChoices):
    """What became of a message."""

    WAITING = "waiting", "Waiting"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed; is tried again"
    REFUSED = "refused", "Refused: the address is not allowed"


def message_id() -> str:
    """Return an id by which a receiver recognises a message that comes twice."""
    return f"msg_{uuid.uuid4().hex}"


class WebhookDelivery(models.Model):
    """One message about one ref to one webhook, however often it is sent."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    record = models.ForeignKey(PushRecord, on_delete=models.CASCADE, related_name="deliveries")
    position = models.PositiveIntegerField(help_text="Place of the ref in the push, from 0.")
    message_id = models.CharField(max_length=64, default=message_id)
    payload = models.JSONField()
    state = models.CharField(max_length=16, choices=DeliveryState, default=DeliveryState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    response_status = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    attempted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "webhook deliveries"
        constraints = (
            # A job may run twice; its messages exist once.
            models.UniqueConstraint(fields=["webhook", "record", "position"], name="webhook_delivery_unique"),
            models.UniqueConstraint(fields=["message_id"], name="webhook_delivery_message_id_unique"),
        )

    def __str__(self) -> str:
        return self.message_id
