"""Packs of CI minutes: bought once, all or none, and moved all at once."""

from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.billing import minutes, params
from apps.billing.models import MinutesPack
from apps.directory.models import Namespace
from tests.billing.customers_dot import CustomersDot
from tests.factories.billing import MinutesPackFactory
from tests.factories.directory import GroupFactory, PersonalNamespaceFactory, subgroup

pytestmark = pytest.mark.django_db
PACK = {"number_of_minutes": 10000, "expires_at": "2022-01-01", "purchase_xid": "first"}
UNABLE = (400, {"message": "400 Bad request - Unable to save additional packs"})


@pytest.fixture
def group(db: None) -> Namespace:
    return GroupFactory.create()


def buy(dot: CustomersDot, namespace: Namespace, *packs: Any) -> tuple[int, Any]:
    response = dot.post(f"namespaces/{namespace.pk}/minutes", json={"packs": list(packs)})
    return response.status_code, response.json()


def answer(namespace: Namespace, **changes: Any) -> dict[str, Any]:
    return {"namespace_id": namespace.pk, **PACK, **changes}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "packs is missing"),
        *(({"packs": packs}, "packs is invalid") for packs in ({}, PACK, "x", 5, None, "")),
        (
            {"packs": [{}]},
            "packs[0][number_of_minutes] is missing, packs[0][expires_at] is missing, "
            "packs[0][purchase_xid] is missing",
        ),
        (
            {"packs": [{}, {}]},
            "packs[0][number_of_minutes] is missing, packs[1][number_of_minutes] is missing, "
            "packs[0][expires_at] is missing, packs[1][expires_at] is missing, "
            "packs[0][purchase_xid] is missing, packs[1][purchase_xid] is missing",
        ),
        (
            {"packs": [PACK, {**PACK, "number_of_minutes": "10a"}]},
            "packs[1][number_of_minutes] is invalid",
        ),
        ({"packs": [{**PACK, "number_of_minutes": 2**31}]}, "packs[0][number_of_minutes] is invalid"),
        ({"packs": [{**PACK, "expires_at": "12/31/2021"}]}, "packs[0][expires_at] is invalid"),
        ({"packs": [{**PACK, "purchase_xid": ["a"]}]}, "packs[0][purchase_xid] is invalid"),
        (
            {"packs": ["x"]},
            "packs[0][number_of_minutes] is missing, packs[0][number_of_minutes] is invalid, "
            "packs[0][expires_at] is missing, packs[0][expires_at] is invalid, "
            "packs[0][purchase_xid] is missing, packs[0][purchase_xid] is invalid",
        ),
    ],
)
def test_parameter_errors(dot: CustomersDot, group: Namespace, body: dict[str, Any], error: str) -> None:
    response = dot.post(f"namespaces/{group.pk}/minutes", json=body)

    assert (response.status_code, response.json()) == (400, {"error": error})


def test_no_packs_are_fine(dot: CustomersDot, group: Namespace) -> None:
    assert buy(dot, group) == (201, [])


def test_the_answer_follows_the_order_of_the_request(dot: CustomersDot, group: Namespace) -> None:
    second = {**PACK, "purchase_xid": "a second one", "unknown": 1}

    assert buy(dot, group, PACK, second) == (201, [answer(group), answer(group, purchase_xid="a second one")])


def test_a_form_with_brackets(dot: CustomersDot, group: Namespace) -> None:
    form = (
        "packs[][expires_at]=2022-01-01&packs[][number_of_minutes]=10000&packs[][purchase_xid]=first"
        "&packs[][expires_at]=1 Feb 2022&packs[][number_of_minutes]=5&packs[][purchase_xid]=2"
    )

    response = dot.post(f"namespaces/{group.pk}/minutes", form=form)

    second = answer(group, number_of_minutes=5, expires_at="2022-02-01", purchase_xid="2")
    assert (response.status_code, response.json()) == (201, [answer(group), second])


def test_a_purchase_that_is_delivered_again_stays_as_it_is(dot: CustomersDot, group: Namespace) -> None:
    buy(dot, group, PACK)

    again = buy(dot, group, {**PACK, "number_of_minutes": None, "expires_at": "2030-01-01"})

    assert again == (201, [answer(group)])
    assert MinutesPack.objects.count() == 1


def test_a_duplicate_in_one_request_is_one_row(dot: CustomersDot, group: Namespace) -> None:
    assert buy(dot, group, PACK, {**PACK, "number_of_minutes": 5}) == (201, [answer(group), answer(group)])
    assert MinutesPack.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"number_of_minutes": None},
        {"expires_at": ""},
        {"purchase_xid": None},
        {"purchase_xid": ""},
        {"purchase_xid": "x" * 51},
        {"purchase_xid": "taken"},
    ],
)
def test_one_bad_pack_and_nothing_is_bought(
    dot: CustomersDot, group: Namespace, changes: dict[str, Any]
) -> None:
    MinutesPackFactory.create(purchase_xid="taken")

    assert buy(dot, group, PACK, {**PACK, "purchase_xid": "second", **changes}) == UNABLE
    assert MinutesPack.objects.get().purchase_xid == "taken"


@pytest.mark.parametrize("already", [0, 3])
def test_statements_do_not_grow_with_the_packs(group: Namespace, now: datetime, already: int) -> None:
    def statements(count: int) -> int:
        packs = [
            {"number_of_minutes": 1, "expires_at": date(2022, 1, 1), "purchase_xid": f"{count} {number}"}
            for number in range(count)
        ]
        minutes.buy(namespace=group, packs=packs[:already], now=now)
        with CaptureQueriesContext(connection) as captured:
            minutes.buy(namespace=group, packs=packs, now=now)
        return len(captured)

    assert statements(10) == statements(1000) <= 5
    assert MinutesPack.objects.filter(namespace=group).count() == 1010


def test_more_packs_than_one_request_may_hold(
    dot: CustomersDot, group: Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(params, "MAX_ELEMENTS", 1)

    refused = buy(dot, group, PACK, {**PACK, "purchase_xid": "second"})

    text = "413 Request Entity Too Large - packs may have 1 elements, not 2"
    assert refused == (413, {"message": text})
    assert not MinutesPack.objects.exists()


def test_what_passes(dot: CustomersDot, group: Namespace) -> None:
    odd = {"number_of_minutes": -5, "expires_at": "1999-01-01", "purchase_xid": "x" * 50}

    assert buy(dot, group, odd) == (201, [{"namespace_id": group.pk, **odd}])
    assert buy(dot, subgroup(group), {**PACK, "number_of_minutes": 0, "purchase_xid": 7})[0] == 201


# Moving


def move(dot: CustomersDot, source: object, target: object) -> tuple[int, Any]:
    response = dot.patch(f"namespaces/{source}/minutes/move/{target}")
    return response.status_code, response.json()


def test_all_packs_move_expired_or_not(dot: CustomersDot, group: Namespace) -> None:
    MinutesPackFactory.create_batch(2, namespace=group)
    MinutesPackFactory.create(namespace=group, expires_at=date(1999, 1, 1))
    others = MinutesPackFactory.create()
    target = PersonalNamespaceFactory.create()

    assert move(dot, group.path, target.path) == (202, {"message": "202 Accepted"})

    assert MinutesPack.objects.filter(namespace=target).count() == 3
    assert MinutesPack.objects.get(namespace=others.namespace) == others


def test_no_packs_are_accepted_too(dot: CustomersDot, group: Namespace) -> None:
    assert move(dot, group.pk, GroupFactory.create().pk)[0] == 202


def test_paths_that_end_like_the_route(dot: CustomersDot) -> None:
    source = GroupFactory.create(path="minutes")
    target = subgroup(GroupFactory.create(path="acme"), path="minutes")

    response = move(dot, "minutes", "acme/minutes")

    assert response[1] == {"message": "400 Bad request - Target namespace must be a top-level namespace"}
    assert move(dot, source.pk, f"{target.root_id}/")[0] == 202


@pytest.mark.parametrize(
    ("source", "target", "refusal"),
    [
        ("none", "none", (404, "404 Namespace Not Found")),
        ("sub", "none", (404, "404 Target namespace Not Found")),
        ("sub", "sub", (400, "400 Bad request - Namespace must be a top-level namespace")),
        ("top", "sub", (400, "400 Bad request - Target namespace must be a top-level namespace")),
        ("top", "top", (400, "400 Bad request - Namespace and target must be different")),
    ],
)
def test_refusals_in_their_order(
    dot: CustomersDot, group: Namespace, source: str, target: str, refusal: tuple[int, str]
) -> None:
    ids = {"none": "nowhere", "top": group.pk, "sub": subgroup(group).pk}

    status, message = refusal
    assert move(dot, ids[source], ids[target]) == (status, {"message": message})
