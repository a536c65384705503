"""From what came over the wire to the declared type."""

from typing import Any

import pytest
from rest_framework.exceptions import ValidationError

from apps.core.api.serializer_fields import Day, ParameterField, Text, Truth, WholeNumber
from apps.core.api.serializers import BlankableParameters

DAY, NUMBER, TRUTH = Day(allow_null=True), WholeNumber(allow_null=True), Truth(allow_null=True)
TEXT, OBJECT = Text(), BlankableParameters(allow_null=True)
TRUE = ("1", "on", "On", "ON", "t", "true", "True", "TRUE", "T", "y", "yes", "Yes", "YES", "Y")
FALSE = ("0", "off", "Off", "OFF", "f", "false", "False", "FALSE", "F", "n", "no", "No", "NO", "N")
INFINITE = float("inf")  # what JSON's 1e999 is read as


@pytest.mark.parametrize("field", [DAY, NUMBER, TRUTH, OBJECT], ids=lambda field: type(field).__name__)
def test_null_and_the_empty_text_are_present_but_empty(field: ParameterField) -> None:
    assert field.run_validation(None) is None
    assert field.run_validation("") is None


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (10, 10), (10.5, 10), (-10.5, -10), (" 10 ", 10), ("1_000", 1000), ("+5", 5), ("-5", -5),
        ("010", 10), ("08", 8), (2**31 - 1, 2**31 - 1), (-(2**31), -(2**31)),
    ],
)  # fmt: skip
def test_integers(value: Any, number: int) -> None:
    assert NUMBER.run_validation(value) == number


@pytest.mark.parametrize(
    "value",
    [
        "10.5", "1e3", "0x10", "10a", "\uff11\uff10", "1__0", "_1", "1_", " ", "+ 5", True, False, [1],
        {"a": 1}, 2**31, -(2**31) - 1, "2147483648", 1e300, INFINITE, "9" * 5000,
    ],
)  # fmt: skip
def test_no_integers(value: Any) -> None:
    with pytest.raises(ValidationError):
        NUMBER.run_validation(value)


@pytest.mark.parametrize("value", [True, 1, *TRUE])
def test_truths(value: Any) -> None:
    assert TRUTH.run_validation(value) is True


@pytest.mark.parametrize("value", [False, 0, *FALSE])
def test_falsehoods(value: Any) -> None:
    assert TRUTH.run_validation(value) is False


@pytest.mark.parametrize("value", ["tRue", "oN", 2, 1.0, 0.0, "maybe", " ", [True], {}])
def test_no_truth_values(value: Any) -> None:
    with pytest.raises(ValidationError):
        TRUTH.run_validation(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [("gold", "gold"), ("", ""), (None, None), (5, "5"), (1.5, "1.5"), (True, "true"), (False, "false")],
)
def test_texts(value: Any, text: str | None) -> None:
    assert TEXT.run_validation(value) == text


@pytest.mark.parametrize("value", [["a"], {"a": 1}, "a\0b", "\ud800"])
def test_no_texts(value: Any) -> None:
    with pytest.raises(ValidationError):
        TEXT.run_validation(value)


@pytest.mark.parametrize("value", [20210613, True, ["2021-06-13"], {"a": 1}, "nope"])
def test_no_dates(value: Any) -> None:
    with pytest.raises(ValidationError):
        DAY.run_validation(value)


@pytest.mark.parametrize("value", ["text", 1, ["a"], True])
def test_no_objects(value: Any) -> None:
    with pytest.raises(ValidationError):
        OBJECT.run_validation(value)
