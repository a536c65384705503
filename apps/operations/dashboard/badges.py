"""The numbers beside the links of the sidebar: what somebody has to look at. Each is one small query."""

from collections.abc import Callable

from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from apps.billing.models import Subscription
from apps.core.admin_site.lists import at_most
from apps.ssh_keys.models import Key
from apps.ssh_keys.models.keys import SOON

MOST = 100  # more than that is "99+"


def of(url: str) -> dict[str, str]:
    """Return the badge of a page as unfold wants it, or nothing."""
    count, variant = _BADGES.get(url, (lambda: 0, ""))
    number = count()
    if not number:
        return {}
    return {"badge": str(number) if number < MOST else f"{MOST - 1}+", "badge_variant": variant}


def _keys_expiring() -> int:
    now = timezone.now()
    return at_most(Key.objects.expiring(within=SOON, now=now), MOST)


def _subscriptions_owing() -> int:
    return at_most(Subscription.objects.over_seats(), MOST)


def _jobs_failed() -> int:
    return at_most(DBTaskResult.objects.failed(), MOST)


_BADGES: dict[str, tuple[Callable[[], int], str]] = {
    "ssh_keys_key_changelist": (_keys_expiring, "warning"),
    "billing_subscription_changelist": (_subscriptions_owing, "warning"),
    "django_tasks_database_dbtaskresult_changelist": (_jobs_failed, "danger"),
}
