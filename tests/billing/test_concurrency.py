"""What many deliveries at once leave behind: exactly what one would have left."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from apps.billing import minutes, reconciliations, subscriptions
from apps.billing.models import MinutesPack, Subscription, SubscriptionHistory, UpcomingReconciliation
from apps.directory.models import Namespace
from tests.factories.billing import MinutesPackFactory, SubscriptionFactory
from tests.factories.directory import GroupFactory

pytestmark = pytest.mark.django_db(transaction=True)
PACK = {"number_of_minutes": 10000, "expires_at": date(2022, 1, 1), "purchase_xid": "same"}


def at_once(work: list[Callable[[], Any]], *, threads: int = 10) -> list[Any]:
    """Do the work in as many threads at a time; return results and refusals."""
    barrier = Barrier(threads)

    def run(mine: list[Callable[[], Any]]) -> list[Any]:
        barrier.wait()
        try:
            return [_outcome(step) for step in mine]
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        shares = [work[index::threads] for index in range(threads)]
        return [outcome for done in pool.map(run, shares) for outcome in done]


def _outcome(step: Callable[[], Any]) -> Any:
    try:
        return step()
    except (subscriptions.AlreadySubscribed, minutes.PackRefused) as refusal:
        return type(refusal)


def buying(namespace: Namespace, now: datetime, *xids: str) -> Callable[[], Any]:
    packs = [{**PACK, "purchase_xid": xid} for xid in xids]
    return lambda: [pack.pk for pack in minutes.buy(namespace=namespace, packs=packs, now=now)]


def test_a_hundred_deliveries_of_one_pack_are_one_row(now: datetime) -> None:
    group = GroupFactory.create()

    bought = at_once([buying(group, now, "same")] * 100)

    pack = MinutesPack.objects.get()
    assert bought == [[pack.pk]] * 100


def test_deliveries_that_share_packs_do_not_stop_one_another(now: datetime) -> None:
    group = GroupFactory.create()

    at_once([buying(group, now, "a", "b", "c"), buying(group, now, "c", "b", "a")] * 20)

    assert sorted(MinutesPack.objects.values_list("purchase_xid", flat=True)) == ["a", "b", "c"]


def test_of_two_namespaces_one_gets_the_purchase(now: datetime) -> None:
    one, other = GroupFactory.create(), GroupFactory.create()

    outcomes = at_once([buying(one, now, "same"), buying(other, now, "same")] * 10)

    pack = MinutesPack.objects.get()
    assert outcomes.count([pack.pk]) == 10
    assert outcomes.count(minutes.PackRefused) == 10


def test_of_many_creations_one_wins(now: datetime) -> None:
    group = GroupFactory.create()

    def create() -> None:
        attributes = {"start_date": now.date()}
        subscriptions.create(namespace=group, attributes=attributes, now=now)

    outcomes = at_once([create] * 20)

    assert outcomes.count(None) == 1
    assert outcomes.count(subscriptions.AlreadySubscribed) == 19
    assert Subscription.objects.count() == 1


def test_every_concurrent_change_is_in_the_history(now: datetime) -> None:
    group = SubscriptionFactory.create(seats=0).namespace

    def to(number: int) -> Callable[[], Any]:
        return lambda: subscriptions.update(namespace=group, attributes={"seats": number}, now=now).seats

    at_once([to(number) for number in range(1, 21)])

    seats = set(SubscriptionHistory.objects.values_list("seats", flat=True))
    seats.add(Subscription.objects.get().seats)
    assert seats == set(range(21))
    assert SubscriptionHistory.objects.count() == 20


def test_moves_and_purchases_lose_nothing(now: datetime) -> None:
    one, other = GroupFactory.create(), GroupFactory.create()
    MinutesPackFactory.create_batch(5, namespace=one)
    there = [lambda: minutes.move(source=one, target=other, now=now)] * 10
    back = [lambda: minutes.move(source=other, target=one, now=now)] * 10
    purchases = [buying(one, now, f"pack {number}") for number in range(10)]

    at_once([*there, *back, *purchases])

    assert MinutesPack.objects.count() == 15


def test_a_namespace_is_announced_once(now: datetime) -> None:
    group = GroupFactory.create()
    day = now.date()
    element = {"namespace_id": group.pk, "next_reconciliation_date": day, "display_alert_from": day}

    at_once([lambda: reconciliations.announce(elements=[element], now=now)] * 20)

    assert UpcomingReconciliation.objects.get().namespace == group
