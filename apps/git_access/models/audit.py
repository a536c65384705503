"""Who used which repository: one record per Git command, written when it has run."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from apps.ssh_keys.models import Key


class GitVerb(models.TextChoices):
    """What a command was good for, as people say it."""

    CLONE = "clone", "Clone"
    PULL = "pull", "Pull"
    PUSH = "push", "Push"


class GitAuditEvent(models.Model):
    """A Git command that has run. ``username`` outlives the account."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="git_audit_events",
    )
    username = models.CharField(max_length=255, blank=True)
    key = models.ForeignKey(
        Key, null=True, blank=True, on_delete=models.SET_NULL, related_name="git_audit_events"
    )
    gl_repository = models.CharField("repository", max_length=64)
    protocol = models.CharField(max_length=16)
    action = models.CharField(max_length=32)
    verb = models.CharField(max_length=8, choices=GitVerb)
    address = models.CharField(max_length=64, blank=True)
    # A report that was delivered twice is recognised by it.
    correlation_id = models.CharField(max_length=128, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = "Git audit event"
        indexes = (
            models.Index(fields=["username"], name="git_audit_event_username"),
            models.Index(fields=["gl_repository"], name="git_audit_event_repository"),
            models.Index(fields=["address"], name="git_audit_event_address"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(verb__in=GitVerb.values), name="git_audit_event_verb_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_verb_display()} of {self.gl_repository} by {self.username or self.key or 'nobody'}"
