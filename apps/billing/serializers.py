"""What CustomersDot gets, in the key order of the document."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings

from apps.billing.models import MinutesPack, Subscription
from apps.billing.namespaces import Account
from apps.billing.reconciliations import Failed
from apps.directory.models import Namespace, NamespaceKind


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
