"""What kas from 17 on asks and tells, and agents of its time."""

from typing import Any

import pytest

from apps.agent.models import Agent, UsageCounter
from tests.agent import kas as wire
from tests.agent.conftest import KAS_KEY
from tests.callers import Caller

pytestmark = pytest.mark.django_db
EVENTS = "kubernetes/agent_events"
USERS = "k8s_api_proxy_requests_unique_users_via_{}_access"


@pytest.mark.parametrize("slash", ["", "/"])
def test_there_are_no_agents_that_kas_should_call(kas: Caller, slash: str) -> None:
    answer = kas.get(f"kubernetes/receptive_agents{slash}")

    assert (answer.status_code, answer.json()) == (200, {"agents": []})


@pytest.mark.parametrize("slash", ["", "/"])
def test_there_are_no_policies_which_switches_the_scanner_off(agent_kas: Caller, slash: str) -> None:
    answer = agent_kas.get(f"kubernetes/modules/starboard_vulnerability/policies_configuration{slash}")

    assert (answer.status_code, answer.json()) == (404, {"message": "404 Not Found"})


def test_the_newest_header_of_the_agents_token_comes_first(agent: Agent, agent_token: str) -> None:
    headers = {
        "Gitlab-Kas-Api-Request": wire.token(KAS_KEY),
        "Gitlab-Agentk-Api-Request": agent_token,
        "Gitlab-Agent-Api-Request": "another",
        "Authorization": "Bearer another",
    }

    answer = Caller(sign=lambda: headers, user_agent=wire.USER_AGENT).get("kubernetes/agent_info")

    assert (answer.status_code, answer.json()["agent_id"]) == (200, agent.pk)


@pytest.mark.parametrize("slash", ["", "/"])
def test_events_are_counted_by_list(kas: Caller, slash: str) -> None:
    registration = {
        "project_id": 7,
        "agent_version": "17.1",
        "architecture": "arm64",
        "agent_id": "5",
        "kubernetes_version": "1.30",
        "extra_telemetry_data": {"installation_method": "helm", "helm_chart_version": "2.0"},
    }
    events = {
        USERS.format("pat"): [{"user_id": 1, "project_id": 7}, {"user_id": "2", "project_id": None}],
        USERS.format("ci"): [],
        "register_agent_at_kas": [registration, {}],
        "unknown": [5],
    }

    for _ in range(2):
        assert kas.post(EVENTS + slash, events=events).status_code == 204

    assert dict(UsageCounter.objects.values_list("name", "value")) == {
        f"events_{USERS.format('pat')}": 4,
        "events_register_agent_at_kas": 4,
    }


@pytest.mark.parametrize(
    "body", [{}, {"events": None}, {"events": {}}, {"events": {USERS.format("ci"): None}}]
)
def test_no_events_are_fine(kas: Caller, body: dict[str, Any]) -> None:
    assert kas.post(EVENTS, **body).status_code == 204
    assert not UsageCounter.objects.exists()


@pytest.mark.parametrize(
    ("events", "error"),
    [
        ("x", "events is invalid"),
        ([], "events is invalid"),
        ({USERS.format("ci"): {}}, f"events[{USERS.format('ci')}] is invalid"),
        ({"register_agent_at_kas": [{}, 5]}, "events[register_agent_at_kas] is invalid"),
        (
            {USERS.format("user"): [{"user_id": "x", "project_id": []}, {"user_id": True}]},
            ", ".join(
                f"events[{USERS.format('user')}]{place} is invalid"
                for place in ("[0][user_id]", "[1][user_id]", "[0][project_id]")
            ),
        ),
        (
            {"register_agent_at_kas": [{"agent_version": [], "extra_telemetry_data": "helm"}]},
            "events[register_agent_at_kas][0][agent_version] is invalid, "
            "events[register_agent_at_kas][0][extra_telemetry_data] is invalid",
        ),
    ],
)
def test_events_of_a_wrong_type_are_named_and_nothing_is_counted(
    kas: Caller, events: Any, error: str
) -> None:
    answer = kas.post(EVENTS, events=events)

    assert (answer.status_code, answer.json()) == (400, {"error": error})
    assert not UsageCounter.objects.exists()
