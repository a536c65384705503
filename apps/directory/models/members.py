"""Who belongs to what: memberships, and groups invited into groups and projects."""

from datetime import date

from django.conf import settings
from django.db import models
from django.utils import timezone

from apps.directory.models.levels import AccessLevel
from apps.directory.models.namespaces import Namespace
from apps.directory.models.projects import Project


class MemberState(models.TextChoices):
    """Whether a membership counts already."""

    ACTIVE = "active", "Active"
    AWAITING = "awaiting", "Awaiting"


def unexpired(on: date) -> models.Q:
    """Rows whose ``expires_at`` lies after ``on``; one ends at 00:00 UTC of its date."""
    return models.Q(expires_at=None) | models.Q(expires_at__gt=on)


class MemberQuerySet(models.QuerySet["Member"]):
    """Memberships that count."""

    def active(self, *, on: date) -> "MemberQuerySet":
        """No access request, invitation, waiting or expired membership, and no minimal access."""
        return self.filter(
            unexpired(on),
            user__isnull=False,
            requested_at=None,
            state=MemberState.ACTIVE,
            access_level__gte=AccessLevel.GUEST,
        )


class Member(models.Model):
    """A user's level in a group or a project; without user, a pending invitation by e-mail."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="memberships",
    )
    group = models.ForeignKey(
        Namespace, null=True, blank=True, on_delete=models.CASCADE, related_name="memberships"
    )
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.CASCADE, related_name="memberships"
    )
    access_level = models.PositiveSmallIntegerField(choices=AccessLevel)
    expires_at = models.DateField(null=True, blank=True)
    requested_at = models.DateTimeField(null=True, blank=True)
    invite_email = models.EmailField(max_length=255, blank=True)
    state = models.CharField(max_length=16, choices=MemberState, default=MemberState.ACTIVE)
    created_at = models.DateTimeField(default=timezone.now)

    objects = MemberQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(group=None, project__isnull=False)
                | models.Q(group__isnull=False, project=None),
                name="member_of_one_source",
            ),
            models.CheckConstraint(
                condition=models.Q(user__isnull=False) | ~models.Q(invite_email=""),
                name="member_is_user_or_invitation",
            ),
            models.CheckConstraint(
                condition=models.Q(access_level__in=AccessLevel.values),
                name="member_access_level_known",
            ),
            models.UniqueConstraint(fields=["user", "group"], name="member_user_group_unique"),
            models.UniqueConstraint(fields=["user", "project"], name="member_user_project_unique"),
        )
        indexes = (
            # Seats are counted from it alone: its order and columns are those of ``billing.seats``.
            models.Index(
                fields=["group", "access_level", "expires_at", "user"],
                condition=models.Q(state=MemberState.ACTIVE, requested_at=None, user__isnull=False),
                name="member_group_seats",
            ),
        )

    def __str__(self) -> str:
        who = self.user or self.invite_email
        return f"{who} in {self.group or self.project}: {self.get_access_level_display()}"


class GroupGroupLink(models.Model):
    """``shared_group`` is shared with the members of ``shared_with_group``, up to a level."""

    shared_group = models.ForeignKey(Namespace, on_delete=models.CASCADE, related_name="links_to_groups")
    shared_with_group = models.ForeignKey(
        Namespace, on_delete=models.CASCADE, related_name="links_from_groups"
    )
    group_access = models.PositiveSmallIntegerField(choices=AccessLevel, default=AccessLevel.DEVELOPER)
    expires_at = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = "group shared with a group"
        verbose_name_plural = "groups shared with groups"
        constraints = (
            models.UniqueConstraint(
                fields=["shared_group", "shared_with_group"], name="group_group_link_unique"
            ),
            models.CheckConstraint(
                condition=~models.Q(shared_group=models.F("shared_with_group")),
                name="group_group_link_of_two_groups",
            ),
        )

    def __str__(self) -> str:
        return f"{self.shared_group} shared with {self.shared_with_group}"


class ProjectGroupLink(models.Model):
    """``project`` is shared with the members of ``group``, up to a level."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="group_links")
    group = models.ForeignKey(Namespace, on_delete=models.CASCADE, related_name="project_links")
    group_access = models.PositiveSmallIntegerField(choices=AccessLevel, default=AccessLevel.DEVELOPER)
    expires_at = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = "project shared with a group"
        verbose_name_plural = "projects shared with groups"
        constraints = (
            models.UniqueConstraint(fields=["project", "group"], name="project_group_link_unique"),
        )

    def __str__(self) -> str:
        return f"{self.project} shared with {self.group}"
