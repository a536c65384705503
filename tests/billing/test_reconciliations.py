"""Upcoming reconciliations: announced, changed, withdrawn; good elements are kept beside bad ones."""

import json
from datetime import date, datetime
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.billing import params, reconciliations
from apps.billing.models import UpcomingReconciliation
from tests.billing.customers_dot import CustomersDot
from tests.factories.billing import UpcomingReconciliationFactory
from tests.factories.directory import GroupFactory, PersonalNamespaceFactory, subgroup

pytestmark = pytest.mark.django_db
PATH = "internal/upcoming_reconciliations"
U = "upcoming_reconciliations"
DATES = {"next_reconciliation_date": "13 Jun 2021", "display_alert_from": "06 Jun 2021"}
COMPLETE = {"namespace_id": 127, **DATES}
IN_EMPTY = (
    "u[namespace_id] is missing, u[namespace_id] is empty, u[next_reconciliation_date] is missing, "
    "u[display_alert_from] is missing"
)
IN_NO_OBJECT = (
    "u[namespace_id] is missing, u[namespace_id] is invalid, u[next_reconciliation_date] is missing, "
    "u[next_reconciliation_date] is invalid, u[display_alert_from] is missing, "
    "u[display_alert_from] is invalid"
)


def put(dot: CustomersDot, given: Any) -> tuple[int, Any]:
    response = dot.put(PATH, json={U: given})
    return response.status_code, response.json()


def errors(text: str) -> dict[str, str]:
    return {"error": text.replace("u[", f"{U}[").replace("u is", f"{U} is")}


def test_nothing_given(dot: CustomersDot) -> None:
    response = dot.put(PATH, json={})

    assert (response.status_code, response.json()) == (400, errors(f"u is missing, {IN_EMPTY}"))


@pytest.mark.parametrize("given", [None, [], "[]", "null"])
def test_nothing_to_do(dot: CustomersDot, given: Any) -> None:
    assert put(dot, given) == (200, 200)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ("", IN_EMPTY),
        ({}, f"u is invalid, {IN_EMPTY}"),
        (COMPLETE, "u is invalid"),
        ("x", f"u is invalid, {IN_NO_OBJECT}"),
        (5, f"u is invalid, {IN_NO_OBJECT}"),
        (["x", 1], f"u is invalid, {IN_NO_OBJECT}"),
        ('["x"]', f"u is invalid, {IN_NO_OBJECT}"),
        ("[" * 100_000, f"u is invalid, {IN_NO_OBJECT}"),
        ([{}], IN_EMPTY),
        ([{}, {}], IN_EMPTY),
        ([{**COMPLETE, "namespace_id": None}], "u[namespace_id] is empty"),
        ([{**COMPLETE, "namespace_id": ""}], "u[namespace_id] is empty"),
        ([{**COMPLETE, "namespace_id": "abc"}], "u[namespace_id] is invalid"),
        (
            [
                {**COMPLETE, "namespace_id": None},
                {**COMPLETE, "namespace_id": "abc", "display_alert_from": "nope"},
            ],
            "u[namespace_id] is invalid, u[namespace_id] is empty, u[display_alert_from] is invalid",
        ),
        ([{**COMPLETE, "next_reconciliation_date": "nope"}], "u[next_reconciliation_date] is invalid"),
    ],
)
def test_parameter_errors(dot: CustomersDot, given: Any, error: str) -> None:
    GroupFactory.create(pk=127)

    assert put(dot, given) == (400, errors(error))
    assert not UpcomingReconciliation.objects.exists()


@pytest.mark.parametrize("given", [json.dumps([COMPLETE]), json.dumps(COMPLETE), [{**COMPLETE, "more": 1}]])
def test_json_text_and_unknown_keys(dot: CustomersDot, given: Any) -> None:
    GroupFactory.create(pk=127)

    assert put(dot, given) == (200, 200)
    assert UpcomingReconciliation.objects.get().display_alert_from == date(2021, 6, 6)


def test_a_form(dot: CustomersDot) -> None:
    GroupFactory.create(pk=127)
    form = (
        f"{U}[][namespace_id]=127&{U}[][next_reconciliation_date]=2021-06-13"
        f"&{U}[][display_alert_from]=2021-06-06"
    )

    assert dot.put(PATH, form=form).content == b"200"
    assert UpcomingReconciliation.objects.get().namespace_id == 127


def test_one_row_for_each_namespace_and_the_last_word_counts(dot: CustomersDot) -> None:
    group = GroupFactory.create()
    below, personal = subgroup(group), PersonalNamespaceFactory.create()
    UpcomingReconciliationFactory.create(namespace=group)
    of_group = {"namespace_id": group.pk, "display_alert_from": "2021-01-01"}

    elements = [
        {**of_group, "next_reconciliation_date": "2022-01-01"},
        {**of_group, "next_reconciliation_date": "2022-02-02"},
        {**COMPLETE, "namespace_id": below.pk},
        {**COMPLETE, "namespace_id": str(personal.pk)},
    ]

    assert put(dot, elements) == (200, 200)
    dates = dict(UpcomingReconciliation.objects.values_list("namespace_id", "next_reconciliation_date"))
    june = date(2021, 6, 13)
    assert dates == {group.pk: date(2022, 2, 2), below.pk: june, personal.pk: june}


def test_good_elements_are_kept_beside_bad_ones(dot: CustomersDot) -> None:
    group = GroupFactory.create(pk=127)

    response = dot.put(
        PATH,
        json={
            U: [
                {**COMPLETE, "namespace_id": 999},
                COMPLETE,
                {"namespace_id": 998, "next_reconciliation_date": None, "display_alert_from": ""},
                {**COMPLETE, "next_reconciliation_date": ""},
            ]
        },
    )

    assert response.status_code == 400
    assert response.json() == {
        "message": {
            "error": '[{"999":"Validation failed: Namespace can\'t be blank"},'
            '{"998":"Validation failed: Namespace can\'t be blank, Next reconciliation date can\'t be blank, '
            "Display alert from can't be blank\"},"
            '{"127":"Validation failed: Next reconciliation date can\'t be blank"}]'
        }
    }
    assert UpcomingReconciliation.objects.get().namespace == group


@pytest.mark.django_db(transaction=True)
def test_an_element_that_the_database_refuses_takes_no_other_with_it(
    dot: CustomersDot, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups = [GroupFactory.create(pk=pk) for pk in (127, 128, 129)]
    known = reconciliations._known_namespaces
    answers = [known]  # the first time; one of the groups goes right after it

    def read(ids: set[int]) -> set[int]:
        found = known(ids)
        if answers:
            answers.pop()
            groups[1].delete()
        return found

    monkeypatch.setattr(reconciliations, "_known_namespaces", read)

    answer = put(dot, [{**COMPLETE, "namespace_id": pk} for pk in (127, 128, 129)])

    error = '[{"128":"Validation failed: Namespace can\'t be blank"}]'
    assert answer == (400, {"message": {"error": error}})
    assert set(UpcomingReconciliation.objects.values_list("namespace_id", flat=True)) == {127, 129}


def test_statements_do_not_grow_with_the_elements(now: datetime) -> None:
    ids = [GroupFactory.create().pk for _ in range(60)]
    day = now.date()

    def statements(count: int) -> int:
        elements = [
            {"namespace_id": pk, "next_reconciliation_date": day, "display_alert_from": day}
            for pk in ids[:count]
        ]
        with CaptureQueriesContext(connection) as captured:
            assert reconciliations.announce(elements=elements * 20, now=now) == []
        return len(captured)

    assert statements(2) == statements(60) <= 4
    assert UpcomingReconciliation.objects.count() == 60


def test_more_elements_than_one_request_may_hold(dot: CustomersDot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(params, "MAX_ELEMENTS", 1)
    text = f"413 Request Entity Too Large - {U} may have 1 elements, not 2"

    assert put(dot, [COMPLETE, COMPLETE]) == (413, {"message": text})


def test_withdrawing(dot: CustomersDot) -> None:
    namespace_id = UpcomingReconciliationFactory.create().namespace_id

    response = dot.delete(f"{PATH}?namespace_id={namespace_id}")
    again = dot.delete(f"{PATH}?namespace_id={namespace_id}")

    assert (response.status_code, response.content) == (204, b"")
    assert (again.status_code, again.json()) == (404, {"message": "404 Not Found"})


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("", "namespace_id is missing, namespace_id is empty"),
        ("?namespace_id=", "namespace_id is empty"),
        ("?namespace_id=abc", "namespace_id is invalid"),
    ],
)
def test_withdrawing_needs_a_namespace(dot: CustomersDot, query: str, error: str) -> None:
    response = dot.delete(f"{PATH}{query}")

    assert (response.status_code, response.json()) == (400, {"error": error})


def test_withdrawing_is_behind_the_gate(dot: CustomersDot, settings: LazySettings) -> None:
    settings.GITLAB_COM = False

    assert dot.delete(PATH).status_code == 403


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        (date(2021, 6, 5), False),
        (date(2021, 6, 6), True),
        (date(2021, 6, 13), True),
        (date(2021, 6, 14), False),
    ],
)
def test_when_owners_are_told(day: date, shown: bool) -> None:
    assert UpcomingReconciliationFactory.build(namespace=None).displays_alert(on=day) is shown
