"""Plans and subscriptions with their history, packs of CI minutes, reconciliations, and limits."""

from apps.billing.models.namespaces import MinutesPack, NamespaceLimits, UpcomingReconciliation
from apps.billing.models.subscriptions import (
    BLANK,
    FREE,
    PAID,
    TOP,
    ChangeType,
    Plan,
    Subscription,
    SubscriptionHistory,
    SubscriptionTerms,
    tracked,
)

__all__ = [
    "BLANK",
    "FREE",
    "PAID",
    "TOP",
    "ChangeType",
    "MinutesPack",
    "NamespaceLimits",
    "Plan",
    "Subscription",
    "SubscriptionHistory",
    "SubscriptionTerms",
    "UpcomingReconciliation",
    "tracked",
]
