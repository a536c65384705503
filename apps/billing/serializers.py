"""What CustomersDot sends, as tables of parameters, and what it gets, in the key order of the document."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.conf import settings

from apps.billing.models import MinutesPack, Subscription
from apps.billing.namespaces import Account
from apps.billing.reconciliations import Failed
from apps.core.api.coercion import to_boolean, to_date, to_integer, to_object, to_string
from apps.core.api.errors import Failure
from apps.core.api.fields import INVALID, MISSING, Field, InvalidParameters, problems, read, values
from apps.directory.models import Namespace, NamespaceKind

CHANGED_SUBSCRIPTION = (
    Field("start_date", to_date),
    Field("end_date", to_date),
    Field("plan_code", to_string),
    Field("plan", to_string),  # as the document's example calls it; plan_code wins
    Field("seats", to_integer),
    Field("max_seats_used", to_integer),
    Field("auto_renew", to_boolean),
    Field("trial", to_boolean),
    Field("trial_starts_on", to_date),
    Field("trial_ends_on", to_date),
)
NEW_SUBSCRIPTION = (Field("start_date", to_date, required=True), *CHANGED_SUBSCRIPTION[1:])
PACK = (
    Field("number_of_minutes", to_integer, required=True),
    Field("expires_at", to_date, required=True),
    Field("purchase_xid", to_string, required=True),
)
RECONCILIATION_DATES = (
    Field("next_reconciliation_date", to_date, required=True),
    Field("display_alert_from", to_date, required=True),
)
RECONCILED_NAMESPACE = Field("namespace_id", to_integer, required=True, may_be_empty=False)
RECONCILIATION = (RECONCILED_NAMESPACE, *RECONCILIATION_DATES)
LIMITS = (
    Field("shared_runners_minutes_limit", to_integer),
    Field("extra_shared_runners_minutes_limit", to_integer),
    Field("additional_purchased_storage_size", to_integer),
    Field("additional_purchased_storage_ends_on", to_date),
)
NESTED_SUBSCRIPTION = Field("gitlab_subscription_attributes", to_object)
PACKS = "packs"
RECONCILIATIONS = "upcoming_reconciliations"
# A list is written in one transaction, for which all other writers of an embedded database wait.
MAX_ELEMENTS = 20_000


def subscription_attributes(fields: Sequence[Field], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes of a subscription that are present."""
    return _without_alias(read(fields, parameters))


def _without_alias(attributes: dict[str, Any]) -> dict[str, Any]:
    aliased = {"plan_code": attributes.pop("plan")} if "plan" in attributes else {}
    return aliased | attributes


def packs(parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the packs of a purchase."""
    if PACKS not in parameters:
        raise InvalidParameters([f"{PACKS} {MISSING}"])
    given = parameters[PACKS]
    if not isinstance(given, list):
        raise InvalidParameters([f"{PACKS} {INVALID}"])
    check_length(PACKS, given)
    found = list(problems(PACK, given, name=lambda index, field: f"{PACKS}[{index}][{field}]"))
    if found:
        raise InvalidParameters(found)
    return [values(PACK, pack) for pack in given]


def check_length(name: str, elements: Sequence[Any]) -> None:
    """Bound what one request may hold.

    Raises:
        Failure: 413, there are more elements than ``MAX_ELEMENTS``.
    """
    if len(elements) > MAX_ELEMENTS:
        text = f"413 Request Entity Too Large - {name} may have {MAX_ELEMENTS} elements, not {len(elements)}"
        raise Failure(413, {"message": text})


def reconciliations(parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the reconciliations to announce; problems are told without index, and once."""
    found, elements = _reconciliation_elements(parameters)
    found += problems(RECONCILIATION, elements, name=lambda _, field: f"{RECONCILIATIONS}[{field}]")
    if found:
        raise InvalidParameters(list(dict.fromkeys(found)))
    return [values(RECONCILIATION, element) for element in elements]


def _reconciliation_elements(parameters: Mapping[str, Any]) -> tuple[list[str], list[Any]]:
    """Return what is wrong with the list itself, and the elements to look at in any case."""
    if RECONCILIATIONS not in parameters:
        return [f"{RECONCILIATIONS} {MISSING}"], [{}]
    given = parameters[RECONCILIATIONS]
    if isinstance(given, str):
        if not given.strip():
            return [], [{}]
        given = _from_text(given)
    if given is None:
        return [], []
    elements = given if isinstance(given, list) else [given]
    check_length(RECONCILIATIONS, elements)
    sound = isinstance(given, list) and all(isinstance(element, Mapping) for element in elements)
    return ([] if sound else [f"{RECONCILIATIONS} {INVALID}"]), elements


def _from_text(text: str) -> Any:
    """Read the list from JSON text; there, one object is as good as a list of one."""
    try:
        decoded = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return decoded if isinstance(decoded, list | None) else [decoded]


def namespace_changes(
    parameters: Mapping[str, Any],
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return the limits that are present, and the attributes of the subscription if it is addressed."""
    found = list(problems((*LIMITS, NESTED_SUBSCRIPTION), [parameters], name=lambda _, field: field))
    nested = parameters.get(NESTED_SUBSCRIPTION.name)
    if isinstance(nested, Mapping):
        prefix = NESTED_SUBSCRIPTION.name
        found += problems(CHANGED_SUBSCRIPTION, [nested], name=lambda _, field: f"{prefix}[{field}]")
    if found:
        raise InvalidParameters(found)
    limits = values(LIMITS, parameters)
    if not isinstance(nested, Mapping):
        return limits, None
    return limits, _without_alias(values(CHANGED_SUBSCRIPTION, nested))


def subscription_payload(
    subscription: Subscription | None, *, seats_in_use: int | None, on: date
) -> dict[str, Any]:
    """Present a subscription; every leaf is null without one."""
    plan = subscription and subscription.plan
    return {
        "plan": {
            "code": plan and plan.code,
            "name": plan and plan.name,
            "trial": subscription and subscription.trial,
            "auto_renew": subscription and subscription.auto_renew,
            "upgradable": subscription and subscription.is_upgradable(on=on),
        },
        "usage": {
            "seats_in_subscription": subscription and subscription.seats,
            "seats_in_use": seats_in_use,
            "max_seats_used": subscription and subscription.max_seats_used,
            "seats_owed": subscription and subscription.seats_owed(in_use=seats_in_use or 0),
        },
        "billing": {
            "subscription_start_date": subscription and subscription.start_date,
            "subscription_end_date": subscription and subscription.end_date,
            "trial_ends_on": subscription and subscription.trial_ends_on,
        },
    }


def pack_payload(pack: MinutesPack) -> dict[str, Any]:
    """Present a pack of CI minutes."""
    return {
        "namespace_id": pack.namespace_id,
        "expires_at": pack.expires_at,
        "number_of_minutes": pack.number_of_minutes,
        "purchase_xid": pack.purchase_xid,
    }


def failed_reconciliations(failed: Sequence[Failed]) -> str:
    """Write the elements that failed as the JSON text that stands in the answer."""
    reasons = [
        {str(element.namespace_id): f"Validation failed: {', '.join(element.reasons)}"} for element in failed
    ]
    return json.dumps(reasons, separators=(",", ":"), ensure_ascii=False)


def account_payload(account: Account) -> dict[str, Any]:
    """Present a namespace with its limits and, where it has one, its subscription."""
    namespace, limits, subscription = account.namespace, account.limits, account.subscription
    of_subscription = subscription and {
        "seats_in_use": account.seats_in_use,
        "max_seats_used": subscription.max_seats_used,
        "end_date": subscription.end_date,
    }
    return {
        "id": namespace.pk,
        "name": namespace.name,
        "path": namespace.path,
        "kind": namespace.kind,
        "full_path": namespace.full_path,
        "parent_id": namespace.parent_id,
        "web_url": _web_url(namespace),
        "shared_runners_minutes_limit": limits.shared_runners_minutes_limit,
        "extra_shared_runners_minutes_limit": limits.extra_shared_runners_minutes_limit,
        "additional_purchased_storage_size": limits.additional_purchased_storage_size,
        "additional_purchased_storage_ends_on": limits.additional_purchased_storage_ends_on,
        "billable_members_count": account.seats_in_use,
        "plan": account.plan_code,
        "trial": bool(subscription and subscription.trial),
        "trial_ends_on": subscription and subscription.trial_ends_on,
        **(of_subscription or {}),
    }


def _web_url(namespace: Namespace) -> str:
    groups = "groups/" if namespace.kind == NamespaceKind.GROUP else ""
    return f"{settings.INSTANCE_URL}/{groups}{namespace.full_path}"
