"""Agents, the tokens they show, and the projects and groups that their configuration names."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

from apps.directory.models import Namespace, Project

SILENCE = timedelta(days=1)  # an agent that was not heard of for so long is missed
NAME_FORM = r"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?\Z"
name_validator = RegexValidator(
    NAME_FORM,
    "Lower-case letters, digits and dashes; it begins and ends with a letter or digit.",
)


class AgentQuerySet(models.QuerySet["Agent"]):
    """Agents, and when they were last heard of."""

    def with_last_contact(self) -> "AgentQuerySet":
        """Add ``last_contact_at``: the last use of any of the agent's tokens, as far as it was kept."""
        uses = AgentToken.objects.filter(agent=models.OuterRef("pk")).order_by().values("agent")
        last = uses.annotate(last=models.Max("last_used_at")).values("last")
        return self.annotate(last_contact_at=models.Subquery(last))

    def silent_since(self, moment: datetime) -> "AgentQuerySet":
        """Agents none of whose usable tokens was used after a moment; one without a token is not awaited."""
        usable = AgentToken.objects.filter(agent=models.OuterRef("pk"), revoked=False)
        heard = usable.filter(last_used_at__gt=moment)
        return self.filter(models.Exists(usable), ~models.Exists(heard))


class Agent(models.Model):
    """A program in a cluster; its configuration lies in the repository of its project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="agents")
    name = models.CharField(max_length=63, validators=[name_validator])
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="created_agents",
        help_text="Vulnerabilities are only accepted while this user is at least a developer of the project.",
    )
    has_vulnerabilities = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AgentQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["project", "name"], name="agent_project_name_unique"),
            models.CheckConstraint(
                condition=models.Q(name__regex=NAME_FORM),
                name="agent_name_wellformed",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} of {self.project.full_path}"


class AgentTokenQuerySet(models.QuerySet["AgentToken"]):
    """Tokens by state."""

    def usable(self) -> "AgentTokenQuerySet":
        """Tokens that are not revoked; they do not expire."""
        return self.filter(revoked=False)

    def revoke(self, *, at: datetime) -> int:
        """End the usable ones and return how many these were; kas may know them for five minutes more."""
        return self.usable().update(revoked=True, updated_at=at)


class AgentToken(models.Model):
    """What an agent shows through kas. Only its SHA-256 digest is kept."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="tokens")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="created_agent_tokens",
    )
    token_digest = models.CharField(max_length=64, editable=False)
    name = models.CharField(max_length=255)
    description = models.CharField(max_length=1024, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = AgentTokenQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["token_digest"], name="agent_token_digest_unique"),
            models.CheckConstraint(condition=~models.Q(name=""), name="agent_token_name_not_empty"),
        )

    def __str__(self) -> str:
        return f"Token {self.name} of {self.agent}"


class AgentAuthorization(models.Model):
    """The agent's configuration lets the CI jobs of a project, or of a group's projects, use the cluster."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="authorizations")
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.CASCADE, related_name="agent_authorizations"
    )
    group = models.ForeignKey(
        Namespace, null=True, blank=True, on_delete=models.CASCADE, related_name="agent_authorizations"
    )
    configuration = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(project=None, group__isnull=False)
                | models.Q(project__isnull=False, group=None),
                name="agent_authorization_of_one_source",
            ),
            models.UniqueConstraint(fields=["agent", "project"], name="agent_authorization_project_unique"),
            models.UniqueConstraint(fields=["agent", "group"], name="agent_authorization_group_unique"),
        )

    def __str__(self) -> str:
        return f"{self.agent} for {self.project or self.group}"


class UserAccessAuthorization(models.Model):
    """The agent's configuration lets members of a project or group reach the cluster through kas.

    ``configuration`` holds ``access_as``: as whom they come, the same in all rows of an agent.
    """

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="user_access")
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.CASCADE, related_name="agent_user_access"
    )
    group = models.ForeignKey(
        Namespace, null=True, blank=True, on_delete=models.CASCADE, related_name="agent_user_access"
    )
    configuration = models.JSONField(default=dict)

    class Meta:
        verbose_name = "user access"
        verbose_name_plural = "user access"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(project=None, group__isnull=False)
                | models.Q(project__isnull=False, group=None),
                name="agent_user_access_of_one_source",
            ),
            models.UniqueConstraint(fields=["agent", "project"], name="agent_user_access_project_unique"),
            models.UniqueConstraint(fields=["agent", "group"], name="agent_user_access_group_unique"),
        )

    def __str__(self) -> str:
        return f"{self.agent} for members of {self.project or self.group}"
