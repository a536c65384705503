"""Setting limits and writing a subscription in one go."""

from datetime import date
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone

from apps.billing.models import NamespaceLimits, Subscription, SubscriptionHistory
from apps.directory.models import Namespace
from tests.billing.customers_dot import CustomersDot
from tests.factories.billing import SubscriptionFactory, group_with_members
from tests.factories.directory import PersonalNamespaceFactory, subgroup

pytestmark = pytest.mark.django_db
NESTED = "gitlab_subscription_attributes"


@pytest.fixture
def group(db: None) -> Namespace:
    return group_with_members(2, pk=1234, path="acme", name="Acme")


def put(dot: CustomersDot, namespace: Namespace, **body: Any) -> tuple[int, Any]:
    response = dot.put(f"namespaces/{namespace.pk}", json=body)
    return response.status_code, response.json()


def test_the_whole_answer(dot: CustomersDot, group: Namespace, settings: LazySettings) -> None:
    settings.INSTANCE_URL = "https://gitlab.example.com"

    status, body = put(
        dot,
        group,
        shared_runners_minutes_limit="100",
        extra_shared_runners_minutes_limit=5,
        additional_purchased_storage_size=10,
        additional_purchased_storage_ends_on="13 Jun 2022",
    )

    expected = {
        "id": 1234,
        "name": "Acme",
        "path": "acme",
        "kind": "group",
        "full_path": "acme",
        "parent_id": None,
        "web_url": "https://gitlab.example.com/groups/acme",
        "shared_runners_minutes_limit": 100,
        "extra_shared_runners_minutes_limit": 5,
        "additional_purchased_storage_size": 10,
        "additional_purchased_storage_ends_on": "2022-06-13",
        "billable_members_count": 2,
        "plan": "free",
        "trial": False,
        "trial_ends_on": None,
    }
    assert status == 200
    assert list(body.items()) == list(expected.items())


def test_a_subscription_adds_three_keys(dot: CustomersDot, group: Namespace) -> None:
    SubscriptionFactory.create(namespace=group, max_seats_used=7)

    status, body = put(dot, group)

    assert (status, body["plan"], body["billable_members_count"]) == (200, "premium", 2)
    assert list(body)[-3:] == ["seats_in_use", "max_seats_used", "end_date"]
    assert (body["seats_in_use"], body["max_seats_used"], body["end_date"]) == (2, 7, "2021-07-15")
    assert not NamespaceLimits.objects.exists()


def test_a_subgroup_shows_the_plan_of_its_root(dot: CustomersDot, group: Namespace) -> None:
    SubscriptionFactory.create(namespace=group, plan__code="gold")

    status, body = put(dot, subgroup(group, path="below"), shared_runners_minutes_limit=None)

    assert (status, body["plan"], body["full_path"], body["parent_id"]) == (200, "gold", "acme/below", 1234)
    assert "end_date" not in body


def test_a_personal_namespace(dot: CustomersDot) -> None:
    namespace = PersonalNamespaceFactory.create()

    body = put(dot, namespace)[1]

    assert (body["kind"], body["billable_members_count"]) == ("user", 1)
    assert body["web_url"].endswith(f"/{namespace.path}")
    assert "/groups/" not in body["web_url"]


def test_only_what_is_present_changes(dot: CustomersDot, group: Namespace) -> None:
    put(dot, group, shared_runners_minutes_limit=100, additional_purchased_storage_size=10)

    body = put(dot, group, additional_purchased_storage_size=None)[1]

    assert body["shared_runners_minutes_limit"] == 100
    assert body["additional_purchased_storage_size"] is None


def test_creating_a_subscription_that_starts_today(dot: CustomersDot, group: Namespace) -> None:
    put(dot, group, **{NESTED: {"plan": "gold", "seats": 5}})

    subscription = Subscription.objects.select_related("plan").get()
    assert subscription.plan is not None
    assert (subscription.plan.code, subscription.seats) == ("gold", 5)
    assert subscription.start_date == timezone.now().date()


def test_updating_the_subscription(dot: CustomersDot, group: Namespace) -> None:
    SubscriptionFactory.create(namespace=group, seats=5)

    put(dot, group, **{NESTED: {"seats": "6"}})

    assert Subscription.objects.get().seats == 6
    assert SubscriptionHistory.objects.get().seats == 5


@pytest.mark.parametrize("nested", [None, ""])
def test_no_nested_object_is_no_subscription(dot: CustomersDot, group: Namespace, nested: Any) -> None:
    assert put(dot, group, **{NESTED: nested})[0] == 200
    assert not Subscription.objects.exists()


def test_a_form_with_brackets(dot: CustomersDot, group: Namespace) -> None:
    dot.put(f"namespaces/{group.pk}", form=f"{NESTED}[seats]=5&{NESTED}[start_date]=2021-06-13")

    assert Subscription.objects.get().start_date == date(2021, 6, 13)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"shared_runners_minutes_limit": "x"}, "shared_runners_minutes_limit is invalid"),
        ({NESTED: "x"}, f"{NESTED} is invalid"),
        ({NESTED: []}, f"{NESTED} is invalid"),
        (
            {NESTED: {"seats": "x", "start_date": 5}},
            f"{NESTED}[start_date] is invalid, {NESTED}[seats] is invalid",
        ),
        (
            {"additional_purchased_storage_ends_on": "x", NESTED: {"trial": 2}},
            f"additional_purchased_storage_ends_on is invalid, {NESTED}[trial] is invalid",
        ),
    ],
)
def test_type_errors(dot: CustomersDot, group: Namespace, body: dict[str, Any], error: str) -> None:
    assert put(dot, group, **body) == (400, {"error": error})


def test_model_errors_carry_a_prefix_and_nothing_is_written(dot: CustomersDot, group: Namespace) -> None:
    nested = {"seats": None, "start_date": ""}

    answer = put(dot, group, shared_runners_minutes_limit=100, **{NESTED: nested})

    blank = ["can't be blank"]
    assert answer == (
        400,
        {"message": {"gitlab_subscription.seats": blank, "gitlab_subscription.start_date": blank}},
    )
    assert not NamespaceLimits.objects.exists()


def test_only_a_top_level_namespace_has_a_minutes_limit(dot: CustomersDot, group: Namespace) -> None:
    answer = put(dot, subgroup(group), shared_runners_minutes_limit=100, **{NESTED: {"plan": "gold"}})

    text = "is not supported for this namespace"
    assert answer == (400, {"message": {"shared_runners_minutes_limit": [text]}})
    assert not Subscription.objects.exists()


def test_an_unknown_namespace(dot: CustomersDot) -> None:
    response = dot.put("namespaces/99", json={})

    assert (response.status_code, response.json()) == (404, {"message": "404 Namespace Not Found"})
