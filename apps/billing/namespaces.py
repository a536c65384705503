"""Namespaces as CustomersDot sees them: what they may use, what they have bought, how full they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction

from apps.billing import seats, subscriptions
from apps.billing.models import FREE, NamespaceLimits, Subscription
from apps.directory.models import Namespace

PREFIX = "gitlab_subscription"
MINUTES_LIMIT = "shared_runners_minutes_limit"
NOT_SUPPORTED = "is not supported for this namespace"
TAKEN = "has already been taken"


class UnknownAccount(LookupError):
    """No namespace has this id or path."""


class InvalidNamespace(ValueError):
    """The namespace or its subscription would break a rule; ``errors`` says which, by attribute."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__(str(errors))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Account:
    """A namespace, its limits and subscription, the plan of its root, and its seats in use."""

    namespace: Namespace
    limits: NamespaceLimits
    subscription: Subscription | None
    plan_code: str
    seats_in_use: int


def find(id_or_path: str) -> Namespace:
    """Return a namespace, with its route and what billing knows about it.

    Raises:
        UnknownAccount: there is none.
    """
    related = ("route", "limits", "subscription__plan")
    namespace = Namespace.objects.select_related(*related).called(id_or_path).first()
    if namespace is None:
        raise UnknownAccount(f"There is no namespace {id_or_path}.")
    return namespace


def subscription_of(namespace: Namespace) -> Subscription | None:
    """Return the namespace's own subscription; none is created."""
    try:
        return namespace.subscription
    except ObjectDoesNotExist:
        return None


def limits_of(namespace: Namespace) -> NamespaceLimits:
    """Return the namespace's limits, or those of one that nobody has limited."""
    try:
        return namespace.limits
    except ObjectDoesNotExist:
        return NamespaceLimits(namespace=namespace)


def account(namespace: Namespace, *, now: datetime) -> Account:
    """Return all that CustomersDot is told about a namespace."""
    of_root = Subscription.objects.filter(namespace_id=namespace.root_id)
    plan_code = of_root.values_list("plan__code", flat=True).first()
    return Account(
        namespace=namespace,
        limits=limits_of(namespace),
        subscription=subscription_of(namespace),
        plan_code=plan_code or FREE,
        seats_in_use=seats.count(namespace, on=now.date()),
    )


@transaction.atomic
def update(
    *,
    namespace: Namespace,
    limits: Mapping[str, Any],
    subscription: Mapping[str, Any] | None,
    now: datetime,
) -> None:
    """Set limits, and change or create the subscription where attributes of one are given: all or nothing.

    Raises:
        InvalidNamespace: a rule would be broken.
    """
    errors: dict[str, list[str]] = {}
    if limits.get(MINUTES_LIMIT) is not None and namespace.parent_id is not None:
        errors[MINUTES_LIMIT] = [NOT_SUPPORTED]
    elif limits:
        NamespaceLimits.objects.update_or_create(namespace_id=namespace.pk, defaults=limits)
    if subscription is not None:
        errors |= _subscribe(namespace, subscription, now=now)
    if errors:
        raise InvalidNamespace(errors)


def _subscribe(namespace: Namespace, attributes: Mapping[str, Any], *, now: datetime) -> dict[str, list[str]]:
    """Update or create; return the errors under the prefix that tells them from the namespace's own."""
    try:
        try:
            subscriptions.update(namespace=namespace, attributes=attributes, now=now)
        except subscriptions.NoSubscription:
            from_today = {"start_date": now.date(), **attributes}
            subscriptions.create(namespace=namespace, attributes=from_today, now=now)
    except subscriptions.AlreadySubscribed:
        return {f"{PREFIX}.namespace_id": [TAKEN]}
    except subscriptions.InvalidSubscription as refusal:
        return {f"{PREFIX}.{name}": texts for name, texts in refusal.errors.items()}
    return {}
