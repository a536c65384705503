"""The numbers beside the links of the sidebar: what somebody has to look at."""

from collections.abc import Callable

from apps.operations.dashboard.attention import Attention

MOST = 100  # more than that is "99+"

_BADGES: dict[str, tuple[Callable[[Attention], int], str]] = {
    "admin:ssh_keys_key_changelist": (lambda known: known.keys_expiring, "warning"),
    "admin:billing_subscription_changelist": (lambda known: known.subscriptions_owing, "warning"),
    "admin:django_tasks_database_dbtaskresult_changelist": (lambda known: known.jobs_failed, "danger"),
}


def of(url: str, known: Attention) -> dict[str, str]:
    """Return the badge of a page as unfold wants it, or nothing."""
    if url not in _BADGES:
        return {}
    count, variant = _BADGES[url]
    number = count(known)
    if not number:
        return {}
    return {"badge": str(number) if number < MOST else f"{MOST - 1}+", "badge_variant": variant}
