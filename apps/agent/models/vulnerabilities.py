"""Vulnerabilities, the findings that report them, and by whom and under which names they are known."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from apps.agent.models.agents import Agent
from apps.directory.models import Project

TITLE_LENGTH = 255
NAME_LENGTH = 255
DESCRIPTION_LENGTH = 15_000
SOLUTION_LENGTH = 7_000
URL_LENGTH = 2_048
METADATA_VERSION = "cluster_image_scanning:1.0"


class Severity(models.TextChoices):
    """How bad a vulnerability is."""

    INFO = "info", "Info"
    UNKNOWN = "unknown", "Unknown"
    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"
    CRITICAL = "critical", "Critical"


class Confidence(models.TextChoices):
    """How sure the scanner is."""

    IGNORE = "ignore", "Ignore"
    UNKNOWN = "unknown", "Unknown"
    EXPERIMENTAL = "experimental", "Experimental"
    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"
    CONFIRMED = "confirmed", "Confirmed"


class ReportType(models.IntegerChoices):
    """The kinds of report have GitLab's numbers: they are part of a finding's identity."""

    CLUSTER_IMAGE_SCANNING = 7, "Cluster image scanning"


class VulnerabilityState(models.TextChoices):
    """What is known or decided about a vulnerability."""

    DETECTED = "detected", "Detected"
    CONFIRMED = "confirmed", "Confirmed"
    DISMISSED = "dismissed", "Dismissed"
    RESOLVED = "resolved", "Resolved"


class Scanner(models.Model):
    """A program that reports findings, as one project knows it."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="scanners")
    external_id = models.CharField(max_length=NAME_LENGTH)
    name = models.CharField(max_length=NAME_LENGTH)
    vendor = models.CharField(max_length=NAME_LENGTH, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["project", "external_id"], name="scanner_project_id_unique"),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.external_id})"


class Identifier(models.Model):
    """A name under which a weakness is known elsewhere, such as a CVE number."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="identifiers")
    fingerprint = models.CharField(max_length=40, help_text="SHA-1 of type and id.")
    external_type = models.CharField(max_length=NAME_LENGTH)
    external_id = models.CharField(max_length=NAME_LENGTH)
    name = models.CharField(max_length=NAME_LENGTH)
    url = models.CharField(max_length=URL_LENGTH, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["project", "fingerprint"], name="identifier_project_fingerprint_unique"
            ),
        )

    def __str__(self) -> str:
        return self.name


class VulnerabilityQuerySet(models.QuerySet["Vulnerability"]):
    """Vulnerabilities by state."""

    def open(self) -> "VulnerabilityQuerySet":
        """Those that a scan which does not find them again resolves."""
        return self.filter(state__in=(VulnerabilityState.DETECTED, VulnerabilityState.CONFIRMED))

    def resolved(self) -> "VulnerabilityQuerySet":
        """Those that a scan which finds them again opens."""
        return self.filter(state=VulnerabilityState.RESOLVED)


class Vulnerability(models.Model):
    """A weakness in what runs in a cluster, and what was decided about it."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="vulnerabilities")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="reported_vulnerabilities",
    )
    title = models.CharField(max_length=TITLE_LENGTH)
    description = models.CharField(max_length=DESCRIPTION_LENGTH, blank=True)
    state = models.CharField(max_length=9, choices=VulnerabilityState, default=VulnerabilityState.DETECTED)
    severity = models.CharField(max_length=8, choices=Severity)
    confidence = models.CharField(max_length=12, choices=Confidence, default=Confidence.UNKNOWN)
    report_type = models.PositiveSmallIntegerField(
        choices=ReportType, default=ReportType.CLUSTER_IMAGE_SCANNING
    )
    resolved_on_default_branch = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    objects = VulnerabilityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "vulnerabilities"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=VulnerabilityState.values), name="vulnerability_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(severity__in=Severity.values), name="vulnerability_severity_known"
            ),
            models.CheckConstraint(
                condition=models.Q(confidence__in=Confidence.values), name="vulnerability_confidence_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.title} ({self.pk})"


class Finding(models.Model):
    """The report that a vulnerability stands on; its uuid is what makes two reports the same."""

    vulnerability = models.OneToOneField(Vulnerability, on_delete=models.CASCADE, related_name="finding")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="findings")
    agent = models.ForeignKey(
        Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="findings"
    )
    scanner = models.ForeignKey(Scanner, on_delete=models.RESTRICT, related_name="findings")
    primary_identifier = models.ForeignKey(
        Identifier, on_delete=models.RESTRICT, related_name="primary_findings"
    )
    identifiers = models.ManyToManyField(Identifier, related_name="findings")
    uuid = models.UUIDField()
    name = models.CharField(max_length=TITLE_LENGTH)
    severity = models.CharField(max_length=8, choices=Severity)
    confidence = models.CharField(max_length=12, choices=Confidence)
    report_type = models.PositiveSmallIntegerField(choices=ReportType)
    location = models.JSONField(default=dict)
    location_fingerprint = models.CharField(max_length=40)
    project_fingerprint = models.CharField(max_length=40)
    metadata_version = models.CharField(max_length=50, default=METADATA_VERSION)
    raw = models.JSONField("raw input", default=dict)
    message = models.TextField(blank=True)
    description = models.CharField(max_length=DESCRIPTION_LENGTH, blank=True)
    solution = models.CharField(max_length=SOLUTION_LENGTH, blank=True)
    links = models.JSONField(default=list)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["uuid"], name="finding_uuid_unique"),)

    def __str__(self) -> str:
        return f"{self.name} ({self.uuid})"
