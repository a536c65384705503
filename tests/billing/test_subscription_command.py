"""``manage.py subscription show`` and ``expire``."""

from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError

from apps.billing.models import Subscription, SubscriptionHistory
from tests.commands import facts, lines, run
from tests.factories.billing import SubscriptionFactory, group_with_members
from tests.factories.directory import GroupFactory

pytestmark = pytest.mark.django_db


def test_a_subscription_is_shown_with_its_seats(now: datetime) -> None:
    group = group_with_members(3)
    SubscriptionFactory.create(namespace=group, seats=2, max_seats_used=1, end_date=None)

    by_path = facts("subscription", "show", group.full_path.upper())
    by_id = facts("subscription", "show", str(group.pk))

    assert by_path == by_id
    assert by_path == {
        "namespace_id": group.pk,
        "namespace": group.full_path,
        "plan": "premium",
        "trial": False,
        "start_date": "2020-07-15",
        "end_date": None,
        "expired": False,
        "auto_renew": None,
        "seats": 2,
        "seats_in_use": 3,
        "max_seats_used": 1,
        "seats_owed": 1,
        "updated_at": by_path["updated_at"],
    }
    assert "seats_owed      1" in lines("subscription", "show", group.full_path)


def test_a_subscription_expires_yesterday_or_on_a_day(now: datetime) -> None:
    group = GroupFactory.create(path="acme")
    SubscriptionFactory.create(namespace=group, end_date=None)
    yesterday = now.date() - timedelta(days=1)

    said = lines("subscription", "expire", "acme")
    assert said == [f"The last day of the subscription of acme is {yesterday}."]
    assert Subscription.objects.get().has_expired(on=now.date())

    found = facts("subscription", "expire", "acme", "--on=2100-01-31")
    assert (found["end_date"], found["expired"]) == ("2100-01-31", False)
    history = SubscriptionHistory.objects.order_by("pk").values_list("end_date", flat=True)
    assert list(history) == [None, yesterday]


@pytest.mark.parametrize("verb", ["show", "expire"])
def test_what_is_not_there_is_told(verb: str) -> None:
    GroupFactory.create(path="acme")

    with pytest.raises(CommandError, match=r"acme has no subscription\."):
        run("subscription", verb, "acme")
    with pytest.raises(CommandError, match=r"There is no namespace nobody\."):
        run("subscription", verb, "nobody")
