"""The document's examples, as printed, in the states that they imply."""

from datetime import date

import pytest

from apps.billing.models import MinutesPack, UpcomingReconciliation
from apps.directory.models import Namespace
from tests.billing.customers_dot import CustomersDot
from tests.factories.billing import SubscriptionFactory, group_with_members
from tests.factories.directory import GroupFactory

XID = "46952fe69bebc1a4de10b2b4ff439d0c"


@pytest.fixture
def dot(token: str) -> CustomersDot:
    """The subscription examples write ``TOKEN``."""
    return CustomersDot(headers={"TOKEN": token})


@pytest.fixture
def subscribed(db: None) -> Namespace:
    group = group_with_members(82, pk=1234)
    SubscriptionFactory.create(namespace=group, seats=80, max_seats_used=82)
    return group


def printed(*, max_seats_used: int) -> dict[str, dict[str, object]]:
    return {
        "plan": {
            "code": "premium",
            "name": "premium",
            "trial": False,
            "auto_renew": None,
            "upgradable": False,
        },
        "usage": {
            "seats_in_subscription": 80,
            "seats_in_use": 82,
            "max_seats_used": max_seats_used,
            "seats_owed": 2,
        },
        "billing": {
            "subscription_start_date": "2020-07-15",
            "subscription_end_date": "2021-07-15",
            "trial_ends_on": None,
        },
    }


def test_creating_a_subscription(dot: CustomersDot) -> None:
    group_with_members(1, pk=1234)

    response = dot.post("namespaces/1234/gitlab_subscription?start_date=2020-07-15&plan=premium&seats=10")

    assert response.status_code == 201
    # `upgradable` is printed as false, which no rule yields: docs/decisions/0054.
    assert response.content.decode() == (
        '{"plan":{"code":"premium","name":"premium","trial":false,"auto_renew":null,"upgradable":true},'
        '"usage":{"seats_in_subscription":10,"seats_in_use":1,"max_seats_used":0,"seats_owed":0},'
        '"billing":{"subscription_start_date":"2020-07-15","subscription_end_date":null,"trial_ends_on":null}}'
    )


def test_updating_a_subscription(dot: CustomersDot, subscribed: Namespace) -> None:
    response = dot.put("namespaces/1234/gitlab_subscription?max_seats_used=0")

    assert response.status_code == 200
    assert response.json() == printed(max_seats_used=0)


def test_retrieving_a_subscription(dot: CustomersDot, subscribed: Namespace) -> None:
    response = dot.get("namespaces/1234/gitlab_subscription")

    assert response.status_code == 200
    assert response.json() == printed(max_seats_used=82)
    assert list(response.json()["plan"]) == list(printed(max_seats_used=82)["plan"])


def test_creating_an_additional_pack(token: str) -> None:
    GroupFactory.create(pk=123)
    pack = {"number_of_minutes": 10000, "expires_at": "2022-01-01", "purchase_xid": XID}

    response = CustomersDot(headers={"PRIVATE-TOKEN": token}).post(
        "namespaces/123/minutes", json={"packs": [pack]}
    )

    assert response.status_code == 201
    assert response.content.decode() == (
        '[{"namespace_id":123,"expires_at":"2022-01-01","number_of_minutes":10000,'
        '"purchase_xid":"46952fe69bebc1a4de10b2b4ff439d0c"}]'
    )


def test_moving_additional_packs(token: str) -> None:
    GroupFactory.create(pk=123)
    GroupFactory.create(pk=321)
    dot = CustomersDot(headers={"PRIVATE-TOKEN": token})
    pack = {"number_of_minutes": 10000, "expires_at": "2022-01-01", "purchase_xid": XID}
    dot.post("namespaces/123/minutes", json={"packs": [pack]})

    response = dot.patch("namespaces/123/minutes/move/321")

    assert response.status_code == 202
    assert response.content == b'{"message":"202 Accepted"}'
    assert MinutesPack.objects.get().namespace_id == 321


def test_updating_upcoming_reconciliations(token: str) -> None:
    GroupFactory.create(pk=127)
    GroupFactory.create(pk=129)
    body = (
        '{"upcoming_reconciliations": [{"namespace_id": 127, "next_reconciliation_date": "13 Jun 2021", '
        '"display_alert_from": "06 Jun 2021"}, {"namespace_id": 129, '
        '"next_reconciliation_date": "12 Jun 2021", "display_alert_from": "05 Jun 2021"}]}'
    )

    response = CustomersDot(headers={"PRIVATE-TOKEN": token}).put(
        "internal/upcoming_reconciliations", raw=(body, "application/json")
    )

    assert response.status_code == 200
    assert response.content == b"200"
    stored = UpcomingReconciliation.objects.order_by("namespace_id")
    assert list(stored.values_list("namespace_id", "next_reconciliation_date", "display_alert_from")) == [
        (127, date(2021, 6, 13), date(2021, 6, 6)),
        (129, date(2021, 6, 12), date(2021, 6, 5)),
    ]
