"""Billing in the admin: every page opens, in a fixed number of queries, and money is not rewritten."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.billing.admin_lists import today
from apps.billing.models import MinutesPack, NamespaceLimits, Plan, Subscription, SubscriptionHistory
from apps.directory.models import User
from tests.admin.browser import column
from tests.factories.billing import (
    MinutesPackFactory,
    SubscriptionFactory,
    UpcomingReconciliationFactory,
    group_with_members,
)
from tests.factories.directory import GroupFactory

pytestmark = pytest.mark.django_db
BILLING = "/admin/billing"
LIST = f"{BILLING}/subscription/"


@pytest.fixture(autouse=True)
def _plain_static_files(settings: object) -> None:
    """Pages name static files that only `collectstatic` would list."""
    settings.STORAGES = {  # type: ignore[attr-defined]
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def operator(client: Client, administrator: User) -> Client:
    client.force_login(administrator)
    return client


def form_of(subscription: Subscription, **changes: Any) -> dict[str, Any]:
    names = ("plan", "start_date", "end_date", "seats", "max_seats_used")
    values = {name: getattr(subscription, name) for name in names}
    values["plan"] = subscription.plan_id
    management = {"history-TOTAL_FORMS": 0, "history-INITIAL_FORMS": 0}
    return {**values, "trial": "false", "auto_renew": "unknown", **management, **changes}


@pytest.mark.parametrize(
    "model",
    [
        "plan",
        "subscription",
        "subscriptionhistory",
        "minutespack",
        "upcomingreconciliation",
        "namespacelimits",
    ],
)
def test_every_list_opens(operator: Client, model: str) -> None:
    subscription = SubscriptionFactory.create()
    MinutesPackFactory.create()
    UpcomingReconciliationFactory.create()
    NamespaceLimits.objects.create(namespace=subscription.namespace)
    operator.post(f"{LIST}{subscription.pk}/change/", form_of(subscription, seats=11))

    assert operator.get(f"{BILLING}/{model}/").status_code == 200
    pk = operator.get(f"{BILLING}/{model}/").context["cl"].result_list[0].pk
    assert operator.get(f"{BILLING}/{model}/{pk}/change/").status_code == 200


def test_the_list_counts_seats_once_for_a_page(
    operator: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(10):
        SubscriptionFactory.create(namespace=group_with_members(3), seats=1)

    with django_assert_max_num_queries(11):
        page = operator.get(LIST)

    assert column(page.content, "owed") == ["2"] * 10


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("plan__id__exact={gold}", {"gold"}),
        ("trial__exact=1", {"trial"}),
        ("end=soon", {"soon"}),
        ("end=past", {"past"}),
        ("end=none", {"gold", "trial"}),
        ("seats=over", {"past"}),
        ("q=soon", {"soon"}),
        ("", {"gold", "trial", "soon", "past"}),
    ],
)
def test_filters_and_search(operator: Client, query: str, found: set[str]) -> None:
    day = today()
    fields: dict[str, dict[str, Any]] = {
        "gold": {"plan__code": "gold", "end_date": None},
        "trial": {"trial": True, "trial_starts_on": day, "end_date": None, "max_seats_used": 99},
        "soon": {"end_date": day + timedelta(days=30)},
        "past": {"end_date": day - timedelta(days=1), "max_seats_used": 11},
    }
    for path, values in fields.items():
        SubscriptionFactory.create(namespace=GroupFactory.create(path=path), **values)

    page = operator.get(f"{LIST}?{query.format(gold=Plan.objects.get(code='gold').pk)}")

    assert {row.namespace.path for row in page.context["cl"].result_list} == found


def test_a_correction_leaves_history(operator: Client) -> None:
    subscription = SubscriptionFactory.create(seats=5)

    answer = operator.post(f"{LIST}{subscription.pk}/change/", form_of(subscription, seats=6))

    assert answer.status_code == 302
    assert Subscription.objects.get().seats == 6
    assert SubscriptionHistory.objects.get().seats == 5


def test_what_the_api_refuses_is_refused_here(operator: Client) -> None:
    subscription = SubscriptionFactory.create(seats=5)

    page = operator.post(f"{LIST}{subscription.pk}/change/", form_of(subscription, trial="true"))

    assert page.status_code == 200
    assert page.context["errors"] == [["can't be blank"]]


@pytest.mark.parametrize(
    ("slip", "sentence"),
    [
        ({"seats": -3}, "Ensure this value is greater than or equal to 0."),
        ({"max_seats_used": -1}, "Ensure this value is greater than or equal to 0."),
        (
            {"start_date": "2021-06-13", "end_date": "2021-06-12"},
            "The end lies before the start, 2021-06-13.",
        ),
    ],
)
def test_a_slip_of_the_hand_is_refused(operator: Client, slip: dict[str, Any], sentence: str) -> None:
    subscription = SubscriptionFactory.create(seats=5)

    page = operator.post(f"{LIST}{subscription.pk}/change/", form_of(subscription, **slip))

    assert page.status_code == 200
    assert page.context["errors"] == [[sentence]]
    assert Subscription.objects.get().seats == 5


def test_a_new_subscription_can_be_added(operator: Client) -> None:
    group = GroupFactory.create()
    draft = Subscription(plan=Plan.objects.get(code="gold"), start_date=date(2021, 6, 13), seats=3)

    answer = operator.post(f"{LIST}add/", form_of(draft, namespace=group.pk, end_date=""))

    assert answer.status_code == 302
    assert Subscription.objects.get().namespace == group
    assert operator.get(f"{LIST}add/").status_code == 200


def test_deleting_keeps_the_last_state(operator: Client) -> None:
    # The search knows subscriptions and groups by their ids: no number may stand for one of each.
    one = SubscriptionFactory.create(pk=9001, seats=1)
    other = SubscriptionFactory.create(pk=9002, seats=2)

    operator.post(f"{LIST}{one.pk}/delete/", {"post": "yes"})
    operator.post(LIST, {"action": "delete_selected", "_selected_action": [other.pk], "post": "yes"})

    assert not Subscription.objects.exists()
    rows = SubscriptionHistory.objects.order_by("pk").values_list("change_type", "seats")
    assert list(rows) == [("destroyed", 1), ("destroyed", 2)]
    page = operator.get(f"{BILLING}/subscriptionhistory/?q={one.namespace_id}")
    assert [row.seats for row in page.context["cl"].result_list] == [1]


def test_history_and_packs_are_read_only(operator: Client) -> None:
    pack = MinutesPackFactory.create()

    for action in ("add/", f"{pack.pk}/delete/"):
        assert operator.post(f"{BILLING}/minutespack/{action}", {"post": "yes"}).status_code == 403
    operator.post(f"{BILLING}/minutespack/{pack.pk}/change/", {"number_of_minutes": 1})
    assert operator.get(f"{BILLING}/subscriptionhistory/add/").status_code == 403
    assert MinutesPack.objects.get().number_of_minutes == 1000


def test_a_reconciliation_can_be_withdrawn_but_not_written(operator: Client) -> None:
    reconciliation = UpcomingReconciliationFactory.create()
    path = f"{BILLING}/upcomingreconciliation"

    assert operator.get(f"{path}/add/").status_code == 403
    assert operator.post(f"{path}/{reconciliation.pk}/change/", {}).status_code == 403
    assert operator.post(f"{path}/{reconciliation.pk}/delete/", {"post": "yes"}).status_code == 302


def test_the_dashboard_draws_three_charts_and_asks_nobody_else(operator: Client) -> None:
    acme = group_with_members(3, path="a-very-long-name-of-a-company-indeed")
    SubscriptionFactory.create(namespace=acme, seats=2, max_seats_used=3)
    SubscriptionFactory.create(plan=None, seats=0)
    MinutesPackFactory.create(number_of_minutes=500)
    MinutesPackFactory.create(number_of_minutes=-20, created_at=timezone.now())

    page = operator.get(f"{LIST}dashboard/").content.decode()

    assert page.count('role="img"') == 3
    assert "1 of 1 paid subscriptions" in page
    assert "a-very-long-name-of-a-company-indeed" in page
    assert "<b>480</b>" in page
    assert "no plan" in page
    assert "http://" not in page
    assert "https://" not in page


def test_the_dashboard_of_an_empty_instance(operator: Client) -> None:
    assert "Nothing yet." in operator.get(f"{LIST}dashboard/").content.decode()


def test_only_administrators_see_it(client: Client) -> None:
    assert client.get(f"{LIST}dashboard/").status_code == 302


def test_a_subscription_is_named_by_the_path_of_its_namespace(operator: Client) -> None:
    subscription = SubscriptionFactory.create(namespace=GroupFactory.create(path="acme"))

    page = operator.get(f"{LIST}{subscription.pk}/change/").content.decode()

    assert "premium for acme" in page
    assert f"namespace {subscription.namespace_id}" not in page
