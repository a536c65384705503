"""GitLab Agent usage metrics."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from apps.agent import usage
from apps.agent.models import UniqueUsage, UsageCounter, UsageDay
from tests.callers import Caller

pytestmark = pytest.mark.django_db
PATH = "kubernetes/usage_metrics"
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def counters() -> dict[str, int]:
    return dict(UsageCounter.objects.values_list("name", "value"))


@pytest.mark.parametrize("slash", ["", "/"])
def test_counters_add_up(kas: Caller, slash: str) -> None:
    kas.post(PATH + slash, gitops_sync_count=1)
    response = kas.post(PATH + slash, gitops_sync_count=2, k8s_api_proxy_request_count=40)

    assert response.status_code == 204
    assert counters() == {"gitops_sync": 3, "k8s_api_proxy_request": 40}


def test_both_shapes_add_up(kas: Caller) -> None:
    nested = {"gitops_sync": 2, "flux_git_push_notifications_total": 7, "unknown": "?"}

    response = kas.post(PATH, gitops_sync_count=1, counters=nested)

    assert response.status_code == 204
    assert counters() == {"gitops_sync": 3, "flux_git_push_notifications_total": 7}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"gitops_sync_count": 0},
        {"gitops_sync_count": None, "k8s_api_proxy_request_count": ""},
        {"counters": None, "unique_counters": ""},
        {"counters": {"gitops_sync": None}, "unique_counters": {"agent_users_using_ci_tunnel": None}},
        {"unknown": [1]},
        {"unique_counters": {"unknown": 5, "agent_users_using_ci_tunnel": []}},
    ],
)
def test_nothing_to_count_is_fine(kas: Caller, body: dict[str, Any]) -> None:
    assert kas.post(PATH, **body).status_code == 204
    assert counters() == {}


@pytest.mark.parametrize("body", ['"text"', "[1]", "5", "null", "", " "])
def test_a_body_that_is_no_object_counts_as_none(kas: Caller, body: str) -> None:
    response = kas.request("POST", PATH, body, content_type="application/json")

    assert response.status_code == 204


def test_a_request_without_body_needs_no_content_type(kas: Caller) -> None:
    assert kas.request("POST", PATH).status_code == 204


@pytest.mark.parametrize(
    ("value", "count"), [(5, 5), (1.9, 1), ("5", 5), ("010", 10), (" 7 ", 7), (2**31 - 1, 2**31 - 1)]
)
def test_numbers_come_in_several_forms(kas: Caller, value: Any, count: int) -> None:
    assert kas.post(PATH, gitops_sync_count=value).status_code == 204
    assert counters() == {"gitops_sync": count}


@pytest.mark.parametrize(
    "value", ["string", "1.5", "0x10", True, [], {}, [1], 2**31, -(2**31) - 1, "9" * 200, 1e300]
)
def test_what_is_no_number_is_invalid(kas: Caller, value: Any) -> None:
    response = kas.post(PATH, gitops_sync_count=value)

    assert (response.status_code, response.json()) == (400, {"error": "gitops_sync_count is invalid"})


def test_all_errors_are_told_in_order_and_types_before_negatives(kas: Caller) -> None:
    response = kas.post(
        PATH,
        unique_counters={"agent_users_using_ci_tunnel": ["x"]},
        counters={"flux_git_push_notifications_total": True, "gitops_sync": "x"},
        k8s_api_proxy_request_count=[],
        gitops_sync_count=-1,
    )

    assert response.status_code == 400
    assert response.json() == {
        "error": "k8s_api_proxy_request_count is invalid, counters[gitops_sync] is invalid, "
        "counters[flux_git_push_notifications_total] is invalid, "
        "unique_counters[agent_users_using_ci_tunnel] is invalid"
    }


@pytest.mark.parametrize("ids", [5, "5", {}, [True], [[5]], [2**31]])
def test_unique_counters_are_lists_of_ids(kas: Caller, ids: Any) -> None:
    response = kas.post(PATH, unique_counters={"agent_users_using_ci_tunnel": ids})

    assert response.status_code == 400
    assert response.json() == {"error": "unique_counters[agent_users_using_ci_tunnel] is invalid"}


@pytest.mark.parametrize("name", ["counters", "unique_counters"])
@pytest.mark.parametrize("value", ["x", 1, [], False])
def test_counters_are_objects(kas: Caller, name: str, value: Any) -> None:
    response = kas.post(PATH, **{name: value})

    assert (response.status_code, response.json()) == (400, {"error": f"{name} is invalid"})


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"gitops_sync_count": -1, "k8s_api_proxy_request_count": 5}, "gitops_sync"),
        ({"gitops_sync_count": 5, "k8s_api_proxy_request_count": -5}, "k8s_api_proxy_request"),
        ({"gitops_sync_count": 5, "counters": {"gitops_sync": -1}}, "gitops_sync"),
    ],
)
def test_one_negative_adds_nothing(kas: Caller, body: dict[str, Any], name: str) -> None:
    response = kas.post(PATH, **body)

    assert response.status_code == 400
    text = f"400 Bad request - {name} count must be greater than or equal to zero"
    assert response.json() == {"message": text}
    assert counters() == {}


def test_forms_count_too(kas: Caller) -> None:
    form = "gitops_sync_count=3&counters[gitops_sync]=4&unique_counters[agent_users_using_ci_tunnel][]=9"

    response = kas.request("POST", PATH, form, content_type="application/x-www-form-urlencoded")

    assert response.status_code == 204
    assert counters() == {"gitops_sync": 7}
    assert UniqueUsage.objects.get().counted_id == 9


def test_counts_by_day_make_up_the_sum() -> None:
    for day in (1, 1, 2):
        usage.add(counts=[("gitops_sync", 5)], unique={}, now=NOW.replace(day=day))

    days = UsageDay.objects.order_by("day").values_list("name", "day", "value")
    assert list(days) == [("gitops_sync", date(2026, 5, 1), 10), ("gitops_sync", date(2026, 5, 2), 5)]
    assert counters() == {"gitops_sync": 15}


def test_an_id_counts_once_a_month() -> None:
    name = "agent_users_using_ci_tunnel"
    usage.add(counts=[], unique={name: [7, 7, 9]}, now=NOW)
    usage.add(counts=[], unique={name: [9, 11]}, now=NOW.replace(day=30))
    usage.add(counts=[], unique={name: [9]}, now=NOW.replace(month=6))

    rows = UniqueUsage.objects.order_by("month", "counted_id").values_list("month", "counted_id")
    may, june = date(2026, 5, 1), date(2026, 6, 1)
    assert list(rows) == [(may, 7), (may, 9), (may, 11), (june, 9)]


def test_a_sum_needs_more_than_32_bits() -> None:
    for _ in range(3):
        usage.add(counts=[("gitops_sync", 2**31 - 1)], unique={}, now=NOW)

    assert counters() == {"gitops_sync": 3 * (2**31 - 1)}


def test_an_agent_token_is_not_read(kas: Caller) -> None:
    assert kas.request("POST", PATH, headers={"Authorization": "Bearer wrong"}).status_code == 204
