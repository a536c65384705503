"""When CustomersDot will reconcile each namespace: one row for each, and the last word counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.billing.models import UpcomingReconciliation
from apps.directory.models import Namespace

BLANK_NAMESPACE = "Namespace can't be blank"
_DATES = {
    "next_reconciliation_date": "Next reconciliation date can't be blank",
    "display_alert_from": "Display alert from can't be blank",
}


class NoReconciliation(LookupError):
    """Nothing is announced for the namespace."""


@dataclass(frozen=True, slots=True)
class Failed:
    """An element that was not stored, and why."""

    namespace_id: int
    reasons: tuple[str, ...]


def announce(*, elements: Sequence[Mapping[str, Any]], now: datetime) -> list[Failed]:
    """Store each element in a transaction of its own; return those that could not be stored."""
    ids = {element["namespace_id"] for element in elements}
    known = set(Namespace.objects.filter(pk__in=ids).values_list("pk", flat=True))
    failed = []
    for element in elements:
        namespace_id = element["namespace_id"]
        unknown = () if namespace_id in known else (BLANK_NAMESPACE,)
        reasons = (*unknown, *missing_dates(element))
        if reasons:
            failed.append(Failed(namespace_id, reasons))
        else:
            store(namespace_id=namespace_id, dates=element, now=now)
    return failed


def missing_dates(dates: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what to say about the dates that are empty."""
    return tuple(text for name, text in _DATES.items() if dates[name] is None)


@transaction.atomic
def store(*, namespace_id: int, dates: Mapping[str, Any], now: datetime) -> None:
    """Write the one row of a namespace; the dates are there."""
    values = {name: dates[name] for name in _DATES} | {"updated_at": now}
    UpcomingReconciliation.objects.update_or_create(
        namespace_id=namespace_id, defaults=values, create_defaults={**values, "created_at": now}
    )


def withdraw(*, namespace_id: int) -> None:
    """Forget what was announced for a namespace.

    Raises:
        NoReconciliation: nothing was.
    """
    deleted, _ = UpcomingReconciliation.objects.filter(namespace_id=namespace_id).delete()
    if not deleted:
        raise NoReconciliation
