"""Bodies are what the framework's own renderer makes of them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework.renderers import JSONRenderer

from apps.core.api.rendering import CompactJSONRenderer

BODIES: list[Any] = [
    None,
    {},
    {"status": True, "ids": [1, 2.5, None], "nested": {"a": {"b": "c"}}},
    {"text": 'Grüße, "quoted" \\ and \u2028 and \u2029 and \U0001f600'},
    {"at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)},
]


@pytest.mark.parametrize("body", BODIES)
def test_a_body_is_that_of_the_framework(body: Any) -> None:
    assert CompactJSONRenderer().render(body, "application/json") == JSONRenderer().render(
        body, "application/json", {}
    )


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_json_is_not_rendered(number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        CompactJSONRenderer().render({"number": number})
