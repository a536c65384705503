"""The daily command that raises the stored maxima."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from pytest_django import DjangoAssertNumQueries

from apps.billing.models import Subscription, SubscriptionHistory
from tests.factories.billing import SubscriptionFactory, group_with_members

pytestmark = pytest.mark.django_db


def refresh() -> str:
    output = StringIO()
    call_command("subscription", "refresh-seats", stdout=output)
    return output.getvalue()


def maxima() -> dict[int, int | None]:
    return dict(Subscription.objects.values_list("namespace_id", "max_seats_used"))


def test_maxima_rise_to_the_live_count_and_never_fall() -> None:
    rises, stays, was_null, expired, no_seats = (group_with_members(3) for _ in range(5))
    SubscriptionFactory.create(namespace=rises, max_seats_used=2)
    SubscriptionFactory.create(namespace=stays, max_seats_used=7)
    SubscriptionFactory.create(namespace=was_null, max_seats_used=None)
    SubscriptionFactory.create(namespace=expired, max_seats_used=0, end_date=date(2020, 7, 16))
    SubscriptionFactory.create(namespace=no_seats, max_seats_used=0, seats=0)

    assert refresh() == "5 paid subscriptions, 4 raised.\n"

    assert maxima() == {rises.pk: 3, stays.pk: 7, was_null.pk: 3, expired.pk: 3, no_seats.pk: 3}


def test_null_becomes_a_number_even_where_nobody_is() -> None:
    SubscriptionFactory.create(max_seats_used=None)

    refresh()

    assert Subscription.objects.get().max_seats_used == 0


def test_free_plans_and_trials_stay_out() -> None:
    for fields in (
        {"plan__code": "free"},
        {"plan": None},
        {"trial": True, "trial_starts_on": date(2021, 1, 1)},
    ):
        SubscriptionFactory.create(namespace=group_with_members(3), **fields)

    assert refresh() == "0 paid subscriptions, 0 raised.\n"
    assert set(maxima().values()) == {0}


def test_every_rise_leaves_history_and_a_second_run_changes_nothing() -> None:
    subscription = SubscriptionFactory.create(namespace=group_with_members(3), max_seats_used=2)

    refresh()
    assert refresh() == "1 paid subscription, 0 raised.\n"

    row = SubscriptionHistory.objects.get()
    assert (row.subscription_id, row.max_seats_used, row.change_type) == (subscription.pk, 2, "updated")


def test_queries_do_not_grow_with_the_subscriptions(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(20):
        SubscriptionFactory.create(namespace=group_with_members(1), max_seats_used=0)

    with django_assert_max_num_queries(9):
        refresh()
