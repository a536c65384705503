"""Create and change subscriptions; every change leaves what was before in the history."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from apps.billing import seats
from apps.billing.models import (
    ChangeType,
    Plan,
    Subscription,
    SubscriptionHistory,
    tracked,
)
from apps.directory.models import Namespace

# Attributes that a request may set as they are; the plan and the start of a trial have rules of their own.
_PLAIN = ("start_date", "end_date", "seats", "max_seats_used", "auto_renew", "trial", "trial_ends_on")


class AlreadySubscribed(Exception):
    """The namespace has a subscription."""


class NoSubscription(LookupError):
    """The namespace has no subscription."""


class InvalidSubscription(ValueError):
    """The subscription would break a rule; ``errors`` says which, by attribute."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__(str(errors))
        self.errors = errors


def create(*, namespace: Namespace, attributes: Mapping[str, Any], now: datetime) -> Subscription:
    """Give the namespace its subscription.

    Raises:
        AlreadySubscribed: it has one, perhaps since a moment ago.
        InvalidSubscription: an attribute breaks a rule.
    """
    if Subscription.objects.filter(namespace=namespace).exists():
        raise AlreadySubscribed
    subscription = Subscription(namespace=namespace, created_at=now, updated_at=now)
    _apply(subscription, attributes)
    try:
        with transaction.atomic():
            subscription.save(force_insert=True)
    except IntegrityError:
        if Subscription.objects.filter(namespace=namespace).exists():
            raise AlreadySubscribed from None
        raise
    return subscription


@transaction.atomic
def update(*, namespace: Namespace, attributes: Mapping[str, Any], now: datetime) -> Subscription:
    """Change the namespace's subscription; a change of nothing writes nothing.

    Raises:
        NoSubscription: it has none.
        InvalidSubscription: an attribute breaks a rule.
    """
    subscription = _locked(namespace)
    before = _copy(subscription)
    _apply(subscription, attributes)
    _store(before, subscription, now=now)
    return subscription


def expire(*, namespace: Namespace, on: date | None, now: datetime) -> Subscription:
    """Set the last day of the namespace's subscription, by default yesterday: it has expired then.

    Raises:
        NoSubscription: it has none.
    """
    last_day = on or now.date() - timedelta(days=1)
    return update(namespace=namespace, attributes={"end_date": last_day}, now=now)


def of(namespace: Namespace) -> Subscription:
    """Return the namespace's own subscription.

    Raises:
        NoSubscription: it has none.
    """
    return _found(Subscription.objects.select_related("plan", "namespace__route"), namespace)


@transaction.atomic
def correct(subscription: Subscription, *, now: datetime) -> None:
    """Store a sound subscription that an operator has edited; it leaves history as any change does."""
    before = Subscription.objects.select_for_update().get(pk=subscription.pk)
    _store(before, subscription, now=now)


@transaction.atomic
def destroy(subscription: Subscription, *, now: datetime) -> None:
    """Delete a subscription, leaving its last state in the history."""
    _remember(subscription, ChangeType.DESTROYED, now=now)
    subscription.delete()


@transaction.atomic
def refresh_seats(ids: Sequence[int], *, now: datetime) -> int:
    """Raise the stored maximum of these subscriptions to the live count; return how many changed."""
    rows = Subscription.objects.select_for_update(of=("self",)).filter(pk__in=ids)
    subscriptions = list(rows.select_related("namespace").order_by("pk"))
    in_use = seats.count_each([row.namespace for row in subscriptions], on=now.date())
    history, raised = [], []
    for subscription in subscriptions:
        stored = subscription.max_seats_used
        maximum = max(stored or 0, in_use[subscription.namespace_id])
        if maximum != stored:
            history.append(_history(subscription, ChangeType.UPDATED, now=now))
            subscription.max_seats_used = maximum
            subscription.updated_at = now
            raised.append(subscription)
    SubscriptionHistory.objects.bulk_create(history)
    Subscription.objects.bulk_update(raised, ["max_seats_used", "updated_at"])
    return len(raised)


def _locked(namespace: Namespace) -> Subscription:
    rows = Subscription.objects.select_for_update(of=("self",)).select_related("plan", "namespace")
    return _found(rows, namespace)


def _found(rows: QuerySet[Subscription], namespace: Namespace) -> Subscription:
    try:
        return rows.get(namespace=namespace)
    except Subscription.DoesNotExist:
        raise NoSubscription(f"{namespace.full_path} has no subscription.") from None


def _copy(subscription: Subscription) -> Subscription:
    names = [field.attname for field in Subscription._meta.concrete_fields]
    return Subscription(**{name: getattr(subscription, name) for name in names})


def _apply(subscription: Subscription, attributes: Mapping[str, Any]) -> None:
    """Set the attributes that are present, then judge the row as it would be stored."""
    errors: dict[str, list[str]] = {}
    if "plan_code" in attributes:
        subscription.plan = _plan(attributes["plan_code"], errors)
    for name in _PLAIN:
        if name in attributes:
            setattr(subscription, name, attributes[name])
    _set_trial_start(subscription, attributes)
    errors.update(subscription.broken_rules())
    if errors:
        raise InvalidSubscription(errors)


def _plan(code: str | None, errors: dict[str, list[str]]) -> Plan | None:
    if code is None:
        return Plan.objects.free()
    plan = Plan.objects.filter(code=code).first()
    if plan is None:
        errors["plan_code"] = ["is not a known plan"]
    return plan


def _store(before: Subscription, after: Subscription, *, now: datetime) -> None:
    if tracked(after) == tracked(before):
        return
    _remember(before, ChangeType.UPDATED, now=now)
    after.updated_at = now
    after.save(force_update=True)
    if _begins_term(before, after) and after.has_paid_hosted_plan:
        # Counted when the plan is stored already: it decides whether guests take seats.
        after.max_seats_used = seats.count(after.namespace, on=now.date())
        after.save(update_fields=["max_seats_used"])


def _set_trial_start(subscription: Subscription, attributes: Mapping[str, Any]) -> None:
    """A trial starts when the request says so, else with the subscription, else when it did before."""
    if attributes.get("trial"):
        start = attributes.get("trial_starts_on") or attributes.get("start_date")
        subscription.trial_starts_on = start or subscription.trial_starts_on
    elif "trial_starts_on" in attributes:
        subscription.trial_starts_on = attributes["trial_starts_on"]


def _begins_term(before: Subscription, after: Subscription) -> bool:
    """Whether seats are counted afresh: other dates, following on the old ones, or the trial has ended."""
    if before.trial and not after.trial:
        return True
    if after.start_date == before.start_date or after.end_date == before.end_date:
        return False
    return before.end_date is None or after.start_date >= before.end_date


def _remember(subscription: Subscription, change_type: ChangeType, *, now: datetime) -> None:
    _history(subscription, change_type, now=now).save(force_insert=True)


def _history(subscription: Subscription, change_type: ChangeType, *, now: datetime) -> SubscriptionHistory:
    return SubscriptionHistory(
        **tracked(subscription),
        subscription_id=subscription.pk,
        namespace_id=subscription.namespace_id,
        change_type=change_type,
        subscription_created_at=subscription.created_at,
        subscription_updated_at=subscription.updated_at,
        created_at=now,
    )
