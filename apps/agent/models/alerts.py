"""Alerts from clusters, and the environments that they name."""

from datetime import datetime

from django.db import models
from django.utils import timezone

from apps.directory.models import Project

TITLE_LENGTH = 200
DESCRIPTION_LENGTH = 1_000
LABEL_LENGTH = 100


class Environment(models.Model):
    """A place that a project is deployed to."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="environments")
    name = models.CharField(max_length=255)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["project", "name"], name="environment_project_name_unique"),
        )

    def __str__(self) -> str:
        return f"{self.name} of {self.project.full_path}"


class AlertStatus(models.TextChoices):
    """What somebody has done about an alert."""

    TRIGGERED = "triggered", "Triggered"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    RESOLVED = "resolved", "Resolved"
    IGNORED = "ignored", "Ignored"


class AlertSeverity(models.TextChoices):
    """How bad the sender says it is."""

    CRITICAL = "critical", "Critical"
    HIGH = "high", "High"
    MEDIUM = "medium", "Medium"
    LOW = "low", "Low"
    INFO = "info", "Info"


class AlertDomain(models.TextChoices):
    """Whose list an alert stands in."""

    OPERATIONS = "operations", "Operations"
    THREAT_MONITORING = "threat_monitoring", "Threat monitoring"


UNRESOLVED = ~models.Q(status=AlertStatus.RESOLVED)


class AlertQuerySet(models.QuerySet["Alert"]):
    """Alerts by state."""

    def unresolved(self) -> "AlertQuerySet":
        """Alerts that still count repetitions of themselves."""
        return self.filter(UNRESOLVED)

    def acknowledge(self) -> int:
        """Note that somebody has seen those that nobody had, and return how many these were."""
        return self.filter(status=AlertStatus.TRIGGERED).update(status=AlertStatus.ACKNOWLEDGED)

    def resolve(self, *, at: datetime) -> int:
        """End those that had not, and return how many these were; what they count begins anew."""
        return self.unresolved().update(status=AlertStatus.RESOLVED, ended_at=at)


class Alert(models.Model):
    """Something that happened in a cluster; the same again only raises ``events`` until it is resolved."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="alerts")
    iid = models.PositiveBigIntegerField("number", help_text="Counts within the project.")
    title = models.CharField(max_length=TITLE_LENGTH)
    description = models.CharField(max_length=DESCRIPTION_LENGTH, blank=True)
    service = models.CharField(max_length=LABEL_LENGTH, blank=True)
    monitoring_tool = models.CharField(max_length=LABEL_LENGTH, blank=True)
    hosts = models.JSONField(default=list)
    severity = models.CharField(max_length=8, choices=AlertSeverity, default=AlertSeverity.CRITICAL)
    status = models.CharField(max_length=12, choices=AlertStatus, default=AlertStatus.TRIGGERED)
    domain = models.CharField(max_length=17, choices=AlertDomain, default=AlertDomain.OPERATIONS)
    fingerprint = models.CharField(max_length=40, null=True, blank=True)  # noqa: DJ001 -- null: is never the same as another
    events = models.PositiveIntegerField(default=1)
    payload = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    environment = models.ForeignKey(
        Environment, null=True, blank=True, on_delete=models.SET_NULL, related_name="alerts"
    )
    created_at = models.DateTimeField(default=timezone.now)

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["project", "iid"], name="alert_project_iid_unique"),
            models.UniqueConstraint(
                fields=["project", "fingerprint"],
                condition=models.Q(fingerprint__isnull=False) & UNRESOLVED,
                name="alert_unresolved_fingerprint_unique",
            ),
            models.CheckConstraint(condition=models.Q(events__gte=1), name="alert_happened"),
            models.CheckConstraint(
                condition=models.Q(severity__in=AlertSeverity.values), name="alert_severity_known"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=AlertStatus.values), name="alert_status_known"
            ),
            models.CheckConstraint(
                condition=models.Q(domain__in=AlertDomain.values), name="alert_domain_known"
            ),
        )

    def __str__(self) -> str:
        return f"#{self.iid} {self.title}"
