"""Plans, and subscriptions with their history."""

from datetime import date
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone

from apps.directory.models import Namespace

BLANK = "can't be blank"
FREE = "free"
PAID = ("bronze", "silver", "premium", "gold", "ultimate")
# The plans at the top: guests take no seat, and there is nothing to upgrade to.
TOP = ("gold", "ultimate")


class PlanManager(models.Manager["Plan"]):
    """Plans by code, which is how fixtures and CustomersDot name them."""

    def get_by_natural_key(self, code: str) -> "Plan":
        """Find by code."""
        return self.get(code=code)

    def free(self) -> "Plan":
        """Return the plan of those who bought nothing."""
        plan, _ = self.get_or_create(code=FREE, defaults={"name": FREE})
        return plan


class Plan(models.Model):
    """What a subscription is for. What a code means is fixed (``PAID``, ``TOP``); its name is data."""

    code = models.CharField(max_length=255)
    name = models.CharField(max_length=255)

    objects: ClassVar[PlanManager] = PlanManager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["code"], name="plan_code_unique"),
            models.CheckConstraint(condition=~models.Q(code=""), name="plan_code_not_empty"),
        )

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        """The code."""
        return (self.code,)


class SubscriptionTerms(models.Model):
    """What of a subscription is kept in its history when it changes."""

    plan = models.ForeignKey(Plan, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    start_date = models.DateField()
    end_date = models.DateField(null=True, blank=True)
    # The validators are for people: CustomersDot's numbers are taken as they come.
    seats = models.IntegerField(default=0, validators=[MinValueValidator(0)])
    max_seats_used = models.IntegerField(null=True, blank=True, default=0, validators=[MinValueValidator(0)])
    trial = models.BooleanField(null=True, blank=True, default=False)
    trial_starts_on = models.DateField(null=True, blank=True)
    trial_ends_on = models.DateField(null=True, blank=True)
    auto_renew = models.BooleanField(null=True, blank=True)

    class Meta:
        abstract = True


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    """Subscriptions by what was bought."""

    def paid(self) -> "SubscriptionQuerySet":
        """Those with a paid plan that are no trial, whatever their seats and dates."""
        return self.filter(plan__code__in=PAID).exclude(trial=True)

    def over_seats(self) -> "SubscriptionQuerySet":
        """Paid ones whose largest count exceeds what was bought."""
        return self.paid().filter(seats__gt=0, max_seats_used__gt=models.F("seats"))


class Subscription(SubscriptionTerms):
    """What a namespace has bought, for how many people and how long."""

    namespace = models.OneToOneField(Namespace, on_delete=models.CASCADE, related_name="subscription")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(trial_starts_on=None)
                | models.Q(trial_ends_on=None)
                | models.Q(trial_ends_on__gt=models.F("trial_starts_on")),
                name="subscription_trial_ends_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(trial=None)
                | models.Q(trial=False)
                | models.Q(trial_starts_on__isnull=False),
                name="subscription_trial_has_start",
            ),
        )

    def __str__(self) -> str:
        return f"{self.plan or 'No plan'} for {self.namespace}"

    @property
    def has_paid_hosted_plan(self) -> bool:
        """Seats of a paid plan were bought. Whether it has expired does not matter."""
        return not self.trial and self.seats > 0 and self.plan is not None and self.plan.code in PAID

    def has_expired(self, *, on: date) -> bool:
        """The end date lies in the past; it is itself a valid day."""
        return self.end_date is not None and self.end_date < on

    def is_upgradable(self, *, on: date) -> bool:
        """Something better can be sold."""
        at_top = self.plan is not None and self.plan.code in TOP
        return not at_top and self.has_paid_hosted_plan and not self.has_expired(on=on)

    def broken_rules(self) -> dict[str, list[str]]:
        """Return what is wrong with the row as it would be stored, by attribute in a fixed order."""
        starts_on, ends_on = self.trial_starts_on, self.trial_ends_on
        errors = {}
        if self.seats is None:
            errors["seats"] = [BLANK]
        if self.start_date is None:
            errors["start_date"] = [BLANK]
        if self.trial and starts_on is None:
            errors["trial_starts_on"] = [BLANK]
        if starts_on and ends_on and ends_on <= starts_on:
            errors["trial_ends_on"] = [f"must be greater than {starts_on}"]
        return errors

    def clean(self) -> None:
        """Refuse in the admin what the API refuses, and an end before the start, which only that may say."""
        errors = self.broken_rules()
        if self.start_date and self.end_date and self.end_date < self.start_date:
            errors["end_date"] = [f"The end lies before the start, {self.start_date}."]
        if errors:
            raise ValidationError(errors)

    def seats_owed(self, *, in_use: int) -> int:
        """People beyond the seats bought: those of now, or of the time when there were most."""
        if not self.has_paid_hosted_plan:
            return 0
        return max(0, max(in_use, self.max_seats_used or 0) - self.seats)


class ChangeType(models.TextChoices):
    """What happened to the subscription."""

    UPDATED = "updated", "Updated"
    DESTROYED = "destroyed", "Destroyed"


class SubscriptionHistory(SubscriptionTerms):
    """What a subscription was before it was changed or deleted.

    It outlives subscription and namespace, so it keeps their ids without a reference that the database
    would follow. A trigger refuses to change a row.
    """

    subscription = models.ForeignKey(
        Subscription, on_delete=models.DO_NOTHING, db_constraint=False, related_name="history"
    )
    namespace = models.ForeignKey(
        Namespace, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    change_type = models.CharField(max_length=16, choices=ChangeType)
    subscription_created_at = models.DateTimeField()
    subscription_updated_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-id",)
        verbose_name_plural = "subscription history"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(change_type__in=ChangeType.values),
                name="subscription_history_change_type_known",
            ),
        )

    def __str__(self) -> str:
        return f"Subscription {self.subscription_id} until {self.created_at:%Y-%m-%d %H:%M}"


def tracked(terms: SubscriptionTerms) -> dict[str, Any]:
    """Return the columns that a subscription shares with its history."""
    return {field.attname: getattr(terms, field.attname) for field in SubscriptionTerms._meta.local_fields}
