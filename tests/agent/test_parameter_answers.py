"""What each endpoint says of nearly two thousand bodies that are not quite right, written down once.

Recorded from the readers by hand that the serializers replaced. An answer that is meant to change is changed
in `parameter_answers.json`, by the text under which its case stands.
"""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from apps.agent import kas_params, serializers, vulnerability_params
from apps.core.api.errors import Failure
from tests.agent.parameter_cases import BODIES, cases

ANSWERS: dict[str, dict[str, list[str]]] = json.loads(
    Path(__file__).with_name("parameter_answers.json").read_text()
)
READERS: dict[str, Any] = {
    "starboard": vulnerability_params.vulnerability_report,
    "scan_result": serializers.found_uuids,
    "cilium": serializers.alert_content,
    "usage": serializers.usage_report,
    "configuration": serializers.agent_configuration,
    "proxy_user": kas_params.proxy_user,
    "events": kas_params.event_counts,
}


@pytest.mark.parametrize("name", BODIES)
def test_the_answers_are_those_that_were_written_down(name: str) -> None:
    expected = {case: text for text, names in ANSWERS[name].items() for case in names}

    answers = {case: text for case, body in cases(name) if (text := answer(name, body)) is not None}

    assert len(expected) > 50
    assert answers == expected


def answer(name: str, body: Any) -> str | None:
    """Return what is wrong with a body, in the words of the endpoint's 400."""
    try:
        READERS[name](SimpleNamespace(data=body, META={}))
    except Failure as failure:
        assert failure.status_code == 400
        text: str = failure.body["error"]
        return text
    return None
