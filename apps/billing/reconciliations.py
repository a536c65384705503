"""When CustomersDot will reconcile each namespace: one row for each, and the last word counts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db import DatabaseError, OperationalError, transaction

from apps.billing.models import UpcomingReconciliation
from apps.directory.models import Namespace

log = structlog.get_logger(__name__)

BLANK_NAMESPACE = "Namespace can't be blank"
NOT_STORED = "The database refused it"
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
    """Store the elements with a fixed number of statements; return those that could not be stored.

    Of two elements for one namespace the later counts. Where the database refuses the lot, each is stored in
    a transaction of its own, so that one bad element takes no other with it.
    """
    known = _known_namespaces({element["namespace_id"] for element in elements})
    failed: list[Failed] = []
    good: dict[int, Mapping[str, Any]] = {}
    for element in elements:
        namespace_id = element["namespace_id"]
        unknown = () if namespace_id in known else (BLANK_NAMESPACE,)
        if reasons := (*unknown, *missing_dates(element)):
            failed.append(Failed(namespace_id, reasons))
        else:
            good[namespace_id] = element
    return failed + _stored_together(good, now=now)


def _known_namespaces(ids: Collection[int]) -> set[int]:
    return set(Namespace.objects.filter(pk__in=ids).values_list("pk", flat=True))


def _stored_together(good: Mapping[int, Mapping[str, Any]], *, now: datetime) -> list[Failed]:
    try:
        store(good, now=now)
    except OperationalError:  # the database is away or busy: no element is to blame
        raise
    except DatabaseError:
        return [failure for one in good.items() if (failure := _stored_alone(*one, now=now))]
    return []


def _stored_alone(namespace_id: int, dates: Mapping[str, Any], *, now: datetime) -> Failed | None:
    try:
        store({namespace_id: dates}, now=now)
    except OperationalError:
        raise
    except DatabaseError as error:
        log.warning("a reconciliation was not stored", namespace_id=namespace_id, error=str(error))
        gone = not _known_namespaces({namespace_id})
        return Failed(namespace_id, (BLANK_NAMESPACE if gone else NOT_STORED,))
    return None


def missing_dates(dates: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what to say about the dates that are empty."""
    return tuple(text for name, text in _DATES.items() if dates[name] is None)


@transaction.atomic
def store(dates_by_namespace: Mapping[int, Mapping[str, Any]], *, now: datetime) -> None:
    """Write the one row of each namespace, in the order of their ids; the dates are there."""
    rows = [
        UpcomingReconciliation(
            namespace_id=namespace_id,
            created_at=now,
            updated_at=now,
            **{name: dates[name] for name in _DATES},
        )
        for namespace_id, dates in sorted(dates_by_namespace.items())
    ]
    UpcomingReconciliation.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["namespace"], update_fields=[*_DATES, "updated_at"]
    )


def withdraw(*, namespace_id: int) -> None:
    """Forget what was announced for a namespace.

    Raises:
        NoReconciliation: nothing was.
    """
    deleted, _ = UpcomingReconciliation.objects.filter(namespace_id=namespace_id).delete()
    if not deleted:
        raise NoReconciliation
