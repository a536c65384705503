"""Creating, changing and reading subscriptions, and the history that changes leave."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from apps.billing.models import Plan, Subscription, SubscriptionHistory
from apps.directory.models import Namespace
from tests.billing.customers_dot import CustomersDot
from tests.factories.billing import PlanFactory, SubscriptionFactory, group_with_members
from tests.factories.directory import GroupFactory, PersonalNamespaceFactory, subgroup

pytestmark = pytest.mark.django_db
UNKNOWN_PLAN = {"message": {"plan_code": ["is not a known plan"]}}


@pytest.fixture
def group(db: None) -> Namespace:
    return GroupFactory.create(path="acme")


def path_of(namespace: Namespace) -> str:
    return f"namespaces/{namespace.pk}/gitlab_subscription"


def stored() -> Subscription:
    return Subscription.objects.select_related("plan").get()


# Creating


def test_defaults(dot: CustomersDot, group: Namespace) -> None:
    response = dot.post(path_of(group), json={"start_date": "2021-06-13"})

    assert response.status_code == 201
    assert response.json() == {
        "plan": {"code": None, "name": None, "trial": False, "auto_renew": None, "upgradable": False},
        "usage": {"seats_in_subscription": 0, "seats_in_use": 0, "max_seats_used": 0, "seats_owed": 0},
        "billing": {
            "subscription_start_date": "2021-06-13",
            "subscription_end_date": None,
            "trial_ends_on": None,
        },
    }
    assert not SubscriptionHistory.objects.exists()


EVERYTHING = {
    "start_date": "13 Jun 2021",
    "end_date": "13/06/2022",
    "plan_code": "ultimate",
    "seats": "1_0",
    "max_seats_used": 7.9,
    "auto_renew": "yes",
    "trial": "on",
    "trial_starts_on": "2021-06-01",
    "trial_ends_on": "2021-07-01",
}


def as_stored() -> dict[str, Any]:
    fields = ("start_date", "end_date", "plan__code", "seats", "max_seats_used", "auto_renew", "trial")
    return dict(Subscription.objects.values(*fields, "trial_starts_on", "trial_ends_on").get())


@pytest.mark.parametrize("way", ["json", "form", "query"])
def test_every_parameter_in_every_encoding(dot: CustomersDot, group: Namespace, way: str) -> None:
    if way == "query":
        query = "&".join(f"{name}={value}" for name, value in EVERYTHING.items())
        response = dot.post(f"{path_of(group)}?{query.replace('7.9', '7')}")
    else:
        values: Mapping[str, Any] = EVERYTHING if way == "json" else {**EVERYTHING, "max_seats_used": 7}
        response = dot.post(path_of(group), **{way: values})

    assert response.status_code == 201
    assert as_stored() == {
        "start_date": date(2021, 6, 13),
        "end_date": date(2022, 6, 13),
        "plan__code": "ultimate",
        "seats": 10,
        "max_seats_used": 7,
        "auto_renew": True,
        "trial": True,
        "trial_starts_on": date(2021, 6, 1),
        "trial_ends_on": date(2021, 7, 1),
    }


def test_the_body_wins_over_the_query_and_cannot_name_the_namespace(
    dot: CustomersDot, group: Namespace
) -> None:
    other = GroupFactory.create()

    dot.post(f"{path_of(group)}?seats=1&start_date=2021-06-13", json={"seats": 2, "id": other.pk})

    assert (stored().seats, stored().namespace_id) == (2, group.pk)


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, "start_date is missing"),
        (
            {"start_date": "06/13/2021", "seats": "10a", "trial": "maybe"},
            "start_date is invalid, seats is invalid, trial is invalid",
        ),
        (
            {"seats": [1], "end_date": 20210613},
            "start_date is missing, end_date is invalid, seats is invalid",
        ),
        ({"start_date": "2021-06-13", "plan_code": ["gold"]}, "plan_code is invalid"),
        ({"start_date": "2021-06-13", "plan_code": "a\0b"}, "plan_code is invalid"),
    ],
)
def test_parameter_errors(dot: CustomersDot, group: Namespace, body: dict[str, Any], errors: str) -> None:
    response = dot.post(path_of(group), json=body)

    assert (response.status_code, response.json()) == (400, {"error": errors})
    assert not Subscription.objects.exists()


def test_model_errors_come_all_at_once(dot: CustomersDot, group: Namespace) -> None:
    body = {"start_date": "", "seats": None, "trial": True, "plan_code": "platinum"}

    response = dot.post(path_of(group), json=body)

    assert response.status_code == 400
    assert response.content.decode() == (
        '{"message":{"plan_code":["is not a known plan"],"seats":["can\'t be blank"],'
        '"start_date":["can\'t be blank"],"trial_starts_on":["can\'t be blank"]}}'
    )


@pytest.mark.parametrize("ends_on", ["2021-06-13", "2021-06-12"])
def test_a_trial_ends_after_its_start(dot: CustomersDot, group: Namespace, ends_on: str) -> None:
    body = {"start_date": "2021-06-13", "trial_starts_on": "2021-06-13", "trial_ends_on": ends_on}

    response = dot.post(path_of(group), json=body)

    assert response.status_code == 400
    assert response.json() == {"message": {"trial_ends_on": ["must be greater than 2021-06-13"]}}


@pytest.mark.parametrize(
    ("plan", "code"),
    [({}, None), ({"plan_code": None}, "free"), ({"plan": "gold"}, "gold")],
)
def test_plans(dot: CustomersDot, group: Namespace, plan: dict[str, Any], code: str | None) -> None:
    response = dot.post(path_of(group), json={"start_date": "2021-06-13", **plan})

    assert response.json()["plan"]["code"] == code


def test_plan_code_wins_over_its_alias(dot: CustomersDot, group: Namespace) -> None:
    dot.post(path_of(group), json={"start_date": "2021-06-13", "plan_code": "gold", "plan": "silver"})

    assert stored().plan == Plan.objects.get(code="gold")


@pytest.mark.parametrize("code", ["Premium", "platinum", "", " gold"])
def test_an_unknown_plan_is_refused(dot: CustomersDot, group: Namespace, code: str) -> None:
    response = dot.post(path_of(group), json={"start_date": "2021-06-13", "plan_code": code})

    assert (response.status_code, response.json()) == (400, UNKNOWN_PLAN)


def test_there_is_no_second_subscription(dot: CustomersDot, group: Namespace) -> None:
    SubscriptionFactory.create(namespace=group, seats=5)

    response = dot.post(path_of(group), json={"start_date": "", "seats": 9})

    assert response.status_code == 400
    assert response.json() == {"message": {"namespace_id": ["has already been taken"]}}
    assert stored().seats == 5


# Finding the namespace


@pytest.mark.parametrize(
    "id_or_path", ["acme", "ACME", "acme%2Fplat.form", "acme/plat.form", "acme/Plat.Form", "acme/minutes"]
)
def test_a_namespace_is_found_by_path(dot: CustomersDot, group: Namespace, id_or_path: str) -> None:
    subgroup(group, path="plat.form")
    subgroup(group, path="minutes")

    for slash in ("", "/"):
        assert dot.get(f"namespaces/{id_or_path}/gitlab_subscription{slash}").status_code == 200


@pytest.mark.parametrize("id_or_path", ["0", "99999999999999999999", "nowhere", "%00", "123.json", "\u0661"])
def test_an_unknown_namespace(dot: CustomersDot, id_or_path: str) -> None:
    response = dot.get(f"namespaces/{id_or_path}/gitlab_subscription")

    assert (response.status_code, response.json()) == (404, {"message": "404 Namespace Not Found"})


def test_digits_are_an_id_and_never_a_path(dot: CustomersDot) -> None:
    GroupFactory.create(path="424242")

    assert dot.get("namespaces/424242/gitlab_subscription").status_code == 404


# Changing


def test_only_what_is_present_changes(dot: CustomersDot, group: Namespace) -> None:
    SubscriptionFactory.create(namespace=group, seats=5, auto_renew=True)

    response = dot.put(path_of(group), json={"end_date": None})

    assert response.status_code == 200
    assert (stored().end_date, stored().seats, stored().auto_renew) == (None, 5, True)


@pytest.mark.parametrize("body", [{}, {"seats": 5, "plan_code": "premium", "end_date": "15 Jul 2021"}])
def test_a_change_of_nothing_writes_nothing(
    dot: CustomersDot, group: Namespace, body: dict[str, Any]
) -> None:
    subscription = SubscriptionFactory.create(namespace=group, seats=5)

    response = dot.put(path_of(group), json=body)

    assert response.status_code == 200
    assert stored().updated_at == subscription.updated_at
    assert not SubscriptionHistory.objects.exists()


def test_a_refused_change_leaves_everything_as_it_was(dot: CustomersDot, group: Namespace) -> None:
    SubscriptionFactory.create(namespace=group, seats=5)

    response = dot.put(path_of(group), json={"seats": None, "plan_code": "gold"})

    assert response.json() == {"message": {"seats": ["can't be blank"]}}
    assert (stored().seats, stored().plan) == (5, Plan.objects.get(code="premium"))
    assert not SubscriptionHistory.objects.exists()


@pytest.mark.parametrize(
    ("body", "starts_on"),
    [
        ({"trial": True, "trial_starts_on": "2021-02-02", "start_date": "2021-03-03"}, date(2021, 2, 2)),
        ({"trial": True, "trial_starts_on": None, "start_date": "2021-03-03"}, date(2021, 3, 3)),
        ({"trial": True}, date(2021, 1, 1)),
        ({"trial_starts_on": "2021-02-02"}, date(2021, 2, 2)),
        ({"trial_starts_on": None}, None),
    ],
)
def test_the_start_of_a_trial(
    dot: CustomersDot, group: Namespace, body: dict[str, Any], starts_on: date | None
) -> None:
    SubscriptionFactory.create(namespace=group, trial_starts_on=date(2021, 1, 1))

    assert dot.put(path_of(group), json=body).status_code == 200

    assert stored().trial_starts_on == starts_on


def test_a_trial_without_any_start_is_refused(dot: CustomersDot, group: Namespace) -> None:
    SubscriptionFactory.create(namespace=group)

    response = dot.put(path_of(group), json={"trial": True})

    assert response.json() == {"message": {"trial_starts_on": ["can't be blank"]}}


# A new term


@pytest.mark.parametrize(
    ("before", "body", "maximum"),
    [
        ({}, {"start_date": "2021-07-15", "end_date": "2022-07-15"}, 3),
        ({}, {"start_date": "2021-07-15", "end_date": "2022-07-15", "max_seats_used": 99}, 3),
        ({}, {"start_date": "2021-07-14", "end_date": "2022-07-15"}, 50),
        ({"end_date": None}, {"start_date": "2020-07-16", "end_date": "2022-07-15"}, 3),
        ({}, {"start_date": "2021-07-15"}, 50),
        ({}, {"end_date": "2022-07-15"}, 50),
        ({}, {"start_date": "2021-07-15", "end_date": "2022-07-15", "plan_code": "free"}, 50),
        ({}, {"start_date": "2021-07-15", "end_date": "2022-07-15", "seats": 0}, 50),
        ({}, {"trial": True, "trial_starts_on": "2021-01-01"}, 50),
        ({"trial": True, "trial_starts_on": date(2021, 1, 1)}, {"trial": False}, 3),
        ({"trial": True, "trial_starts_on": date(2021, 1, 1)}, {"trial": None}, 3),
        ({"trial": True, "trial_starts_on": date(2021, 1, 1)}, {"trial": False, "plan_code": "free"}, 50),
        ({"trial": None}, {"trial": False}, 50),
    ],
)
def test_a_new_term_counts_seats_afresh(
    dot: CustomersDot, before: dict[str, Any], body: dict[str, Any], maximum: int
) -> None:
    group = group_with_members(3)
    SubscriptionFactory.create(namespace=group, max_seats_used=50, **before)

    dot.put(path_of(group), json=body)

    assert stored().max_seats_used == maximum


def test_the_plan_of_the_new_term_decides_who_counts(dot: CustomersDot) -> None:
    group = group_with_members(3)
    group.memberships.update(access_level=10)
    SubscriptionFactory.create(namespace=group, max_seats_used=50)

    body = {"start_date": "2021-07-15", "end_date": "2022-07-15", "plan_code": "ultimate"}
    response = dot.put(path_of(group), json=body)

    assert response.json()["usage"]["seats_in_use"] == 0
    assert stored().max_seats_used == 0


# Reading


@pytest.mark.parametrize(
    ("fields", "upgradable"),
    [
        ({}, True),
        ({"plan__code": "gold"}, False),
        ({"plan__code": "ultimate"}, False),
        ({"plan__code": "free"}, False),
        ({"seats": 0}, False),
        ({"trial": True, "trial_starts_on": date(2021, 1, 1)}, False),
        ({"trial": None}, True),
        ({"end_date": timezone.now().date()}, True),
        ({"end_date": timezone.now().date() - timedelta(days=1)}, False),
    ],
)
def test_what_is_upgradable(
    dot: CustomersDot, group: Namespace, fields: dict[str, Any], upgradable: bool
) -> None:
    SubscriptionFactory.create(namespace=group, **{"end_date": None, **fields})

    assert dot.get(path_of(group)).json()["plan"]["upgradable"] is upgradable


@pytest.mark.parametrize(
    ("fields", "owed"),
    [
        ({"seats": 1}, 2),
        ({"seats": 1, "max_seats_used": 9}, 8),
        ({"seats": 1, "max_seats_used": None}, 2),
        ({"seats": 9}, 0),
        ({"seats": 1, "plan__code": "free"}, 0),
        ({"seats": 1, "trial": True, "trial_starts_on": date(2021, 1, 1)}, 0),
        ({"seats": 0, "max_seats_used": 9}, 0),
    ],
)
def test_seats_owed(dot: CustomersDot, fields: dict[str, Any], owed: int) -> None:
    group = group_with_members(3)
    SubscriptionFactory.create(namespace=group, **fields)

    assert dot.get(path_of(group)).json()["usage"]["seats_owed"] == owed


def test_the_name_of_a_plan_is_data(dot: CustomersDot, group: Namespace) -> None:
    SubscriptionFactory.create(namespace=group, plan=PlanFactory.create(code="startup", name="For startups"))

    plan = dot.get(path_of(group)).json()["plan"]

    assert (plan["code"], plan["name"]) == ("startup", "For startups")


def test_without_a_subscription_every_leaf_is_null(dot: CustomersDot, group: Namespace) -> None:
    response = dot.get(path_of(group))

    assert response.status_code == 200
    assert response.content.decode() == (
        '{"plan":{"code":null,"name":null,"trial":null,"auto_renew":null,"upgradable":null},'
        '"usage":{"seats_in_subscription":null,"seats_in_use":null,"max_seats_used":null,"seats_owed":null},'
        '"billing":{"subscription_start_date":null,"subscription_end_date":null,"trial_ends_on":null}}'
    )
    assert not Subscription.objects.exists()


def test_a_personal_namespace_and_a_subgroup_can_have_one(dot: CustomersDot, group: Namespace) -> None:
    for namespace in (PersonalNamespaceFactory.create(), subgroup(group)):
        assert dot.post(path_of(namespace), json={"start_date": "2021-06-13"}).status_code == 201


# History


def test_a_change_keeps_what_was_before(dot: CustomersDot, group: Namespace) -> None:
    subscription = SubscriptionFactory.create(namespace=group, seats=5)

    dot.put(path_of(group), json={"seats": 6, "plan_code": "gold"})

    row = SubscriptionHistory.objects.get()
    assert (row.subscription_id, row.namespace_id, row.change_type) == (
        subscription.pk,
        group.pk,
        "updated",
    )
    assert (row.seats, row.plan, row.start_date) == (5, Plan.objects.get(code="premium"), date(2020, 7, 15))
    assert row.subscription_updated_at == subscription.updated_at
    assert stored().updated_at > subscription.updated_at


def test_a_new_term_leaves_one_row(dot: CustomersDot, group: Namespace) -> None:
    SubscriptionFactory.create(namespace=group, max_seats_used=50)

    dot.put(path_of(group), json={"start_date": "2021-07-15", "end_date": "2022-07-15"})

    assert SubscriptionHistory.objects.get().max_seats_used == 50


def test_a_namespace_takes_its_subscription_along_but_not_the_history(
    dot: CustomersDot, group: Namespace
) -> None:
    SubscriptionFactory.create(namespace=group)
    dot.put(path_of(group), json={"seats": 6})

    group.delete()

    assert not Subscription.objects.exists()
    assert SubscriptionHistory.objects.get().change_type == "updated"


def test_history_cannot_be_rewritten(dot: CustomersDot, group: Namespace) -> None:
    SubscriptionFactory.create(namespace=group, seats=5)
    dot.put(path_of(group), json={"seats": 6})

    with pytest.raises(DatabaseError, match="cannot be changed"), transaction.atomic():
        SubscriptionHistory.objects.update(seats=1)

    assert SubscriptionHistory.objects.get().seats == 5


def test_the_database_holds_the_rules_of_trials(group: Namespace) -> None:
    for fields in (
        {"trial": True},
        {"trial_starts_on": date(2021, 1, 2), "trial_ends_on": date(2021, 1, 2)},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            SubscriptionFactory.create(namespace=group, **fields)
