"""What was pushed: the record of each finished push, and one event per ref."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from apps.ssh_keys.models import Key


class PushRecordQuerySet(models.QuerySet["PushRecord"]):
    """Pushes by whether their job is done."""

    def waiting(self) -> "PushRecordQuerySet":
        """Pushes that the worker has not processed yet."""
        return self.filter(processed_at=None)


class PushRecord(models.Model):
    """One call of ``/post_receive``, as it came; kept whether or not anybody or anything was found."""

    receipt = models.UUIDField(
        null=True, unique=True, editable=False, help_text="Given when it was received: it is recorded once."
    )
    gl_repository = models.CharField("repository", max_length=64)
    identifier = models.CharField(max_length=255, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="pushes",
    )
    deploy_key = models.ForeignKey(
        Key, null=True, blank=True, on_delete=models.SET_NULL, related_name="pushes"
    )
    changes = models.TextField(blank=True)
    push_options = models.JSONField(default=dict)
    correlation_id = models.CharField(max_length=128, blank=True)
    received_at = models.DateTimeField(default=timezone.now, db_index=True)
    processed_at = models.DateTimeField(null=True, blank=True)

    objects = PushRecordQuerySet.as_manager()

    class Meta:
        verbose_name = "push"
        verbose_name_plural = "pushes"
        indexes = (
            # With `db_index` PostgreSQL has two indexes of a text, one for beginnings, which nobody asks for.
            models.Index(fields=["gl_repository"], name="push_repository"),
            models.Index(fields=["correlation_id"], name="push_correlation_id"),
            # Which are left over is asked of a table of millions, and nearly always they are few.
            models.Index(fields=["id"], condition=models.Q(processed_at=None), name="push_waiting"),
        )

    def __str__(self) -> str:
        return f"Push {self.pk} to {self.gl_repository}"


class EventKind(models.TextChoices):
    """What happened to a ref; ``BULK`` stands for the many refs of one push."""

    CREATED = "created", "Created"
    REMOVED = "removed", "Removed"
    PUSHED = "pushed", "Pushed"
    BULK = "bulk", "Many refs"


class PushEvent(models.Model):
    """One ref of a push, or one event for the whole push when it has many refs."""

    record = models.ForeignKey(PushRecord, on_delete=models.CASCADE, related_name="events")
    position = models.PositiveIntegerField(default=0, help_text="Place of the ref in the push, from 0.")
    kind = models.CharField(max_length=8, choices=EventKind)
    ref = models.CharField(max_length=4096, blank=True)
    old_revision = models.CharField(max_length=64, blank=True)
    new_revision = models.CharField(max_length=64, blank=True)
    ref_count = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "pushed ref"
        constraints = (
            # A job may run twice; its events exist once. A ref may be too long for an index.
            models.UniqueConstraint(fields=["record", "position"], name="push_event_unique"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.ref}".strip()
