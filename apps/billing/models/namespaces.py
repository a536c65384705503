"""What a namespace has beside its subscription: packs of CI minutes, its reconciliation, its limits."""

from datetime import date

from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone

from apps.core.counting import counted
from apps.directory.models import Namespace


class MinutesPack(models.Model):
    """A purchase of CI minutes. A record and nothing more: it is never counted down, nor does it end."""

    namespace = models.ForeignKey(Namespace, on_delete=models.CASCADE, related_name="minutes_packs")
    number_of_minutes = models.IntegerField()
    expires_at = models.DateField()
    purchase_xid = models.CharField("purchase id", max_length=50)
    created_at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["purchase_xid"], name="minutes_pack_purchase_xid_unique"),
            models.CheckConstraint(
                condition=~models.Q(purchase_xid=""), name="minutes_pack_purchase_xid_not_empty"
            ),
        )

    def __str__(self) -> str:
        return f"{counted(self.number_of_minutes, 'minute')} ({self.purchase_xid})"


class UpcomingReconciliation(models.Model):
    """When CustomersDot will next compare seats used and bought, and from when on owners are told."""

    namespace = models.OneToOneField(
        Namespace, on_delete=models.CASCADE, related_name="upcoming_reconciliation"
    )
    next_reconciliation_date = models.DateField(db_index=True)
    display_alert_from = models.DateField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"{self.namespace} on {self.next_reconciliation_date}"

    def displays_alert(self, *, on: date) -> bool:
        """Owners are told on this day."""
        return self.display_alert_from <= on <= self.next_reconciliation_date


class NamespaceLimits(models.Model):
    """What a namespace may use beyond the instance's defaults. Stored and shown; nothing evaluates it."""

    namespace = models.OneToOneField(Namespace, on_delete=models.CASCADE, related_name="limits")
    shared_runners_minutes_limit = models.IntegerField(
        null=True, blank=True, validators=[MinValueValidator(0)]
    )
    extra_shared_runners_minutes_limit = models.IntegerField(
        null=True, blank=True, validators=[MinValueValidator(0)]
    )
    additional_purchased_storage_size = models.IntegerField(
        null=True, blank=True, default=0, validators=[MinValueValidator(0)]
    )
    additional_purchased_storage_ends_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "namespace limits"

    def __str__(self) -> str:
        return f"Limits of {self.namespace}"
