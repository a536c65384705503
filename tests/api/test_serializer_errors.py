"""A request's parameters in a serializer: every error at once, in the order of its fields."""

from typing import Any

import pytest

from apps.core.api.errors import Failure
from apps.core.api.serializer_errors import read
from apps.core.api.serializer_fields import Items, Text, Texts, WholeNumber
from apps.core.api.serializers import Parameters


class Inner(Parameters):
    t = Text(required=False, blank=False)


class Row(Parameters):
    a = WholeNumber()
    o = Inner(required=False)


class Table(Parameters):
    id = WholeNumber()
    rows = Row(many=True, required=False)
    names = Texts(required=False)
    things = Items(required=False)


def errors(given: dict[str, Any]) -> list[str]:
    with pytest.raises(Failure) as refusal:
        read(Table, given)
    assert refusal.value.status_code == 400
    text: str = refusal.value.body["error"]
    return text.split(", ")


def test_only_what_is_declared_is_returned_and_only_what_was_given() -> None:
    given = {"id": "5", "rows": [{"a": 1, "x": 2}, {"a": 2, "o": {"t": 3}}], "y": 1, "names": None}

    assert read(Table, given) == {"id": 5, "rows": [{"a": 1}, {"a": 2, "o": {"t": "3"}}]}


def test_an_empty_list_of_objects_stays_one() -> None:
    assert read(Table, {"id": 1, "rows": []}) == {"id": 1, "rows": []}


def test_errors_are_ordered_by_field_then_kind_then_element() -> None:
    given = {"rows": [{"a": "x"}, {}, None, {"a": 1, "o": {"t": ""}}], "names": [[]], "things": {}}

    assert errors(given) == [
        "id is missing",
        "rows[1][a] is missing",
        "rows[2][a] is missing",
        "rows[0][a] is invalid",
        "rows[2][a] is invalid",
        "rows[3][o][t] is empty",
        "names is invalid",
        "things is invalid",
    ]


@pytest.mark.parametrize("value", [None, "", "x", True, [], {}, float("nan")])
def test_a_required_number_is_a_number(value: Any) -> None:
    assert errors({"id": value}) == ["id is invalid"]


class Outer(Parameters):
    inner = Row()
    rows = Row(many=True, allow_empty=False)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({}, "inner is missing, inner[a] is missing, rows is missing"),
        ({"inner": None, "rows": None}, "inner is invalid, rows is invalid"),
        (
            {"inner": 5, "rows": {}},
            "inner is invalid, inner[a] is missing, inner[a] is invalid, rows is invalid",
        ),
        ({"inner": {}, "rows": []}, "inner[a] is missing, rows is empty"),
    ],
)
def test_a_missing_object_lacks_everything_and_one_that_is_none_is_wrong_in_all(
    given: dict[str, Any], error: str
) -> None:
    with pytest.raises(Failure) as refusal:
        read(Outer, given)

    assert refusal.value.body == {"error": error}
