"""Tables of attributes: every error of a request at once, in the order of the table."""

from typing import Any

import pytest

from apps.core.api import attributes
from apps.core.api.attribute_types import Array, Integer, Text, Texts
from apps.core.api.attributes import Attribute, Object, Objects
from apps.core.api.errors import Failure

TABLE = (
    Integer(name="id", required=True),
    Objects(
        name="rows",
        fields=(Integer(name="a", required=True), Object(name="o", fields=(Text(name="t", blank=False),))),
    ),
    Texts(name="names"),
    Array(name="things"),
)


def errors(given: dict[str, Any]) -> list[str]:
    with pytest.raises(Failure) as refusal:
        attributes.read(TABLE, given)
    assert refusal.value.status_code == 400
    text: str = refusal.value.body["error"]
    return text.split(", ")


def test_only_what_the_table_names_is_returned_and_only_what_was_given() -> None:
    given = {"id": "5", "rows": [{"a": 1, "x": 2}, {"a": 2, "o": {"t": 3}}], "y": 1, "names": None}

    assert attributes.read(TABLE, given) == {"id": 5, "rows": [{"a": 1}, {"a": 2, "o": {"t": "3"}}]}


def test_an_empty_list_of_objects_stays_one() -> None:
    assert attributes.read(TABLE, {"id": 1, "rows": []}) == {"id": 1, "rows": []}


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


def test_an_attribute_has_a_type() -> None:
    with pytest.raises(NotImplementedError):
        attributes.read((Attribute(name="a"),), {"a": 1})
