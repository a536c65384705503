"""What concerns the instance as a whole: who may come from where, and what everybody is told."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import MinLengthValidator
from django.db import models

from apps.directory.models import Namespace
from apps.git_access.matching import addresses


class IpRestriction(models.Model):
    """A range of addresses from which the projects of a top-level group may be used."""

    group = models.ForeignKey(Namespace, on_delete=models.CASCADE, related_name="ip_restrictions")
    cidr = models.CharField("CIDR range", max_length=64)

    class Meta:
        verbose_name = "IP restriction"
        constraints = (models.UniqueConstraint(fields=["group", "cidr"], name="ip_restriction_unique"),)

    def __str__(self) -> str:
        return self.cidr

    def clean(self) -> None:
        """Refuse what is no range, and a group that is not top-level."""
        if addresses.network(self.cidr) is None:
            raise ValidationError({"cidr": "Not an address range, such as 192.0.2.0/24."})
        if self.group.parent_id is not None:
            raise ValidationError({"group": "Ranges belong to top-level groups."})


class BroadcastKind(models.TextChoices):
    """How a message is shown; Git clients see banners."""

    BANNER = "banner", "Banner"
    NOTIFICATION = "notification", "Notification"


class BroadcastMessageQuerySet(models.QuerySet["BroadcastMessage"]):
    """Messages by place and time."""

    def for_git_clients(self, *, at: datetime) -> "BroadcastMessageQuerySet":
        """Active banners that Git clients are shown, the newest first."""
        return self.filter(
            kind=BroadcastKind.BANNER, show_in_cli=True, starts_at__lte=at, ends_at__gte=at
        ).order_by("-id")


class BroadcastMessage(models.Model):
    """A message to everybody who pushes, to some projects, or to some levels."""

    message = models.TextField(validators=[MinLengthValidator(1)])
    kind = models.CharField(max_length=16, choices=BroadcastKind, default=BroadcastKind.BANNER)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    target_path = models.CharField(
        max_length=255,
        blank=True,
        help_text="'*' stands for any run of characters; empty: everywhere.",
    )
    show_in_cli = models.BooleanField("shown to Git clients", default=True)
    target_access_levels = models.JSONField(default=list, blank=True)

    objects = BroadcastMessageQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ends_at__gte=models.F("starts_at")),
                name="broadcast_message_ends_after_start",
            ),
        )

    def __str__(self) -> str:
        return self.message[:80]


class Maintenance(models.Model):
    """Maintenance of the instance: while its one row is there, nobody may push."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    message = models.TextField(blank=True, help_text="What everybody is told who pushes.")
    started_by = models.CharField(max_length=255)
    started_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "maintenance"
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="maintenance_has_one_row"),)

    def __str__(self) -> str:
        return f"since {self.started_at:%Y-%m-%d %H:%M}, by {self.started_by}"
