"""GitLab Agent alert metrics."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone

from apps.agent.models import Agent, Alert, AlertStatus
from tests.agent.test_fingerprints import FLOW, MINIMAL
from tests.callers import Caller
from tests.factories.agent import EnvironmentFactory

pytestmark = pytest.mark.django_db
PATH = "kubernetes/modules/cilium_alert"
POLICY = {"metadata": {"name": "Block everything"}, "spec": {}}
CILIUM = {"flow": FLOW, "ciliumNetworkPolicy": POLICY}


def sent(caller: Caller, alert: Any) -> Any:
    return caller.post(PATH, alert=alert)


def kept(caller: Caller, alert: Any) -> Alert:
    response = sent(caller, alert)
    assert (response.status_code, response.json()) == (200, 200)
    return Alert.objects.latest("pk")


def test_keeps_a_cilium_alert(agent_kas: Caller, agent: Agent) -> None:
    before = timezone.now()
    alert = kept(agent_kas, {**CILIUM, "fingerprint": "ignored", "end_time": "2021-01-01T00:00:00Z"})

    assert alert.project == agent.project
    assert (alert.iid, alert.events, alert.status) == (1, 1, AlertStatus.TRIGGERED)
    assert (alert.title, alert.description) == ("Block everything", "POLICY_DENIED")
    assert (alert.monitoring_tool, alert.domain) == ("Cilium", "threat_monitoring")
    assert (alert.severity, alert.service, alert.hosts) == ("critical", "", [])
    assert alert.fingerprint == "b2ad2a791756abe01692270c6a846129a09891b3"
    assert before <= alert.started_at <= timezone.now()
    assert alert.ended_at is None
    assert alert.payload["flow"] == FLOW


def test_keeps_a_generic_alert(agent_kas: Caller, agent: Agent) -> None:
    environment = EnvironmentFactory.create(project=agent.project)
    alert = kept(
        agent_kas,
        {
            "title": "Pod down",
            "description": "It is gone.",
            "monitoring_tool": "Prometheus",
            "service": "web",
            "severity": "High",
            "hosts": ["h1", ["h2"], 3],
            "gitlab_environment_name": "production",
            "start_time": "2021-01-01T10:00:00+02:00",
            "fingerprint": "my-fp",
        },
    )

    assert (alert.title, alert.description) == ("Pod down", "It is gone.")
    assert (alert.monitoring_tool, alert.domain) == ("Prometheus", "operations")
    assert (alert.severity, alert.service, alert.hosts) == ("high", "web", ["h1", "h2", "3"])
    assert alert.environment == environment
    assert alert.started_at == datetime(2021, 1, 1, 8, tzinfo=UTC)
    assert alert.fingerprint == "3fffe0f7de887d4b4d17a22db433587cbe15935a"


def test_the_documents_own_example_is_encoded_twice(agent_kas: Caller) -> None:
    body = json.dumps(json.dumps({"alert": MINIMAL}))

    response = agent_kas.request("POST", PATH, body, content_type="application/json")

    assert (response.status_code, response.json()) == (200, 200)
    alert = Alert.objects.get()
    assert (alert.title, alert.payload) == ("minimal", MINIMAL)
    assert alert.fingerprint == "07997a73072485e0cb3fce03af589ab680215c0d"


@pytest.mark.parametrize("body", ['"not JSON"', '"\\"again\\""', '"NaN"', "[1]", "5", "null", ""])
def test_other_bodies_hold_no_alert(agent_kas: Caller, body: str) -> None:
    response = agent_kas.request("POST", PATH, body, content_type="application/json")

    assert (response.status_code, response.json()) == (400, {"error": "alert is missing"})


@pytest.mark.parametrize("alert", ["text", "", [], [{}], 5, True, None])
def test_an_alert_is_an_object(agent_kas: Caller, alert: Any) -> None:
    response = sent(agent_kas, alert)

    assert (response.status_code, response.json()) == (400, {"error": "alert is invalid"})


def test_an_empty_alert_is_an_alert_each_time(agent_kas: Caller) -> None:
    kept(agent_kas, {})
    alert = kept(agent_kas, {})

    assert (alert.iid, alert.title, alert.fingerprint) == (2, "New: Alert", None)
    assert Alert.objects.count() == 2


def test_a_form_may_carry_an_alert(agent_kas: Caller) -> None:
    response = agent_kas.post_form(PATH, **{"alert[title]": "From a form", "alert[labels][app]": "web"})

    assert response.status_code == 200
    assert Alert.objects.get().payload == {"title": "From a form", "labels": {"app": "web"}}


def nested(levels: int) -> dict[str, Any]:
    alert: dict[str, Any] = {}
    for _ in range(levels - 1):
        alert = {"a": alert}
    return alert


def of_size(size: int) -> dict[str, str]:
    return {"title": "é" * ((size - len('{"title":""}')) // 2)}


@pytest.mark.parametrize("alert", [nested(100), of_size(1_048_576), {"a": "\\u0000"}])
def test_keeps_what_is_just_small_enough(agent_kas: Caller, alert: dict[str, Any]) -> None:
    assert sent(agent_kas, alert).status_code == 200


@pytest.mark.parametrize(
    "alert",
    [
        nested(101),
        nested(400),
        of_size(1_048_578),
        {"a": "\0"},
        {"\0": 1},
        {"a": ["\ud800"]},
        {"flow": {"a": "\0"}},
    ],
)
def test_refuses_what_cannot_be_kept(agent_kas: Caller, alert: dict[str, Any]) -> None:
    response = agent_kas.request("POST", PATH, json.dumps({"alert": alert}), content_type="application/json")

    assert (response.status_code, response.json()) == (400, 400)
    assert not Alert.objects.exists()


def test_refuses_a_number_beyond_floats(agent_kas: Caller) -> None:
    response = agent_kas.request("POST", PATH, '{"alert":{"a":1e999}}', content_type="application/json")

    assert (response.status_code, response.json()) == (400, 400)


def test_nesting_beyond_the_decoder_is_no_json(agent_kas: Caller) -> None:
    body = '{"a":' * 100_000

    response = agent_kas.request("POST", PATH, body, content_type="application/json")

    assert response.status_code == 400
    assert response.json()["error"].startswith("\nProblem:")


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ("x" * 200, "x" * 200),
        ("x" * 201, "x" * 197 + "..."),
        (17, "17"),
        (True, "true"),
        (["x"], "New: Alert"),
        ({}, "New: Alert"),
        (None, "New: Alert"),
        (" ", "New: Alert"),
    ],
)
def test_titles(agent_kas: Caller, given: Any, title: str) -> None:
    assert kept(agent_kas, {"title": given, "x": 1}).title == title
    policy = {"metadata": {"name": given}}
    assert kept(agent_kas, {"flow": {}, "ciliumNetworkPolicy": policy}).title == title


@pytest.mark.parametrize("policy", [None, "x", [], {"metadata": None}, {"metadata": {}}])
def test_a_flow_without_policy_has_a_title(agent_kas: Caller, policy: Any) -> None:
    assert kept(agent_kas, {"flow": {}, "ciliumNetworkPolicy": policy}).title == "New: Alert"


def test_long_texts_are_cut(agent_kas: Caller) -> None:
    alert = kept(agent_kas, {"description": "d" * 1_001, "service": "s" * 101, "monitoring_tool": "m" * 101})

    assert alert.description == "d" * 997 + "..."
    assert (alert.service, alert.monitoring_tool) == ("s" * 97 + "...", "m" * 97 + "...")


@pytest.mark.parametrize(
    ("given", "severity"),
    [
        ("LOW", "low"),
        ("info", "info"),
        ("worst", "critical"),
        ("", "critical"),
        (5, "critical"),
        (None, "critical"),
    ],
)
def test_severities(agent_kas: Caller, given: Any, severity: str) -> None:
    assert kept(agent_kas, {"severity": given}).severity == severity


@pytest.mark.parametrize(
    ("given", "hosts"),
    [
        ("h1", ["h1"]),
        (["a" * 200, "b" * 55, "c"], ["a" * 200, "b" * 55]),
        (["a" * 200, "b" * 56, "c"], ["a" * 200]),
        (["a" * 256], []),
        ([[["x"]], None, {"y": 1}, 5], ["x", "5"]),
        ({"h": 1}, []),
        (None, []),
    ],
)
def test_hosts(agent_kas: Caller, given: Any, hosts: list[str]) -> None:
    assert kept(agent_kas, {"hosts": given, "x": 1}).hosts == hosts


@pytest.mark.parametrize(
    ("given", "started_at"),
    [
        ("2021-01-01T10:00:00", datetime(2021, 1, 1, 10, tzinfo=UTC)),
        ("2021-01-01T10:00:00.213587449Z", datetime(2021, 1, 1, 10, 0, 0, 213587, tzinfo=UTC)),
        ("2021-01-01 10:00:00-01:00", datetime(2021, 1, 1, 11, tzinfo=UTC)),
        ("1612289061213", datetime(2021, 2, 2, 18, 4, 21, 213000, tzinfo=UTC)),
        (1612289061213, datetime(2021, 2, 2, 18, 4, 21, 213000, tzinfo=UTC)),
    ],
)
def test_starts(agent_kas: Caller, given: Any, started_at: datetime) -> None:
    assert kept(agent_kas, {"start_time": given, "x": 1}).started_at == started_at


@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        "soon",
        "2021-13-01T00:00:00Z",
        "2021-01-01",
        "0001-01-01T00:00:00+10:00",
        [],
        5,
        "161228906121",
    ],
)
def test_a_start_that_cannot_be_read_is_now(agent_kas: Caller, given: Any) -> None:
    before = timezone.now()

    assert before <= kept(agent_kas, {"start_time": given, "x": 1}).started_at <= timezone.now()


def test_an_unknown_environment_is_none(agent_kas: Caller) -> None:
    EnvironmentFactory.create()  # of another project

    assert kept(agent_kas, {"gitlab_environment_name": "production"}).environment is None


def test_the_same_again_only_counts(agent_kas: Caller) -> None:
    kept(agent_kas, {**MINIMAL, "start_time": "2021-01-01T10:00:00Z"})

    alert = kept(agent_kas, {**MINIMAL, "start_time": "2022-01-01T10:00:00Z", "hosts": ["h"]})

    assert Alert.objects.count() == 1
    assert (alert.events, alert.hosts) == (2, [])
    assert alert.started_at == datetime(2021, 1, 1, 10, tzinfo=UTC)


def test_other_content_is_another_alert(agent_kas: Caller) -> None:
    kept(agent_kas, MINIMAL)

    assert kept(agent_kas, {**MINIMAL, "severity": "low"}).iid == 2


@pytest.mark.parametrize("status", [AlertStatus.ACKNOWLEDGED, AlertStatus.IGNORED])
def test_an_alert_counts_until_it_is_resolved(agent_kas: Caller, status: AlertStatus) -> None:
    kept(agent_kas, MINIMAL)
    Alert.objects.update(status=status)

    assert kept(agent_kas, MINIMAL).events == 2

    Alert.objects.update(status=AlertStatus.RESOLVED)
    assert kept(agent_kas, MINIMAL).iid == 2


def test_the_same_in_another_project_is_another(agent_kas: Caller, agent: Agent) -> None:
    kept(agent_kas, MINIMAL)
    Alert.objects.update(project=EnvironmentFactory.create().project)

    assert kept(agent_kas, MINIMAL).iid == 1
    assert Alert.objects.count() == 2


def test_an_end_resolves(agent_kas: Caller) -> None:
    kept(agent_kas, MINIMAL)
    alert = kept(agent_kas, {**MINIMAL, "end_time": "2021-06-01T10:00:00Z"})

    assert (alert.status, alert.events) == (AlertStatus.RESOLVED, 1)
    assert alert.ended_at == datetime(2021, 6, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("end", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000+00:00", "0001-01-01 12:00"])
def test_the_year_one_is_no_end_yet(agent_kas: Caller, end: str) -> None:
    """Alertmanager's way to say that an alert is not over."""
    alert = kept(agent_kas, {**MINIMAL, "end_time": end})

    assert (alert.status, alert.ended_at) == (AlertStatus.TRIGGERED, None)


def test_the_year_one_is_no_beginning_either(agent_kas: Caller) -> None:
    before = timezone.now()

    alert = kept(agent_kas, {**MINIMAL, "start_time": "0001-01-01T00:00:00Z"})

    assert before <= alert.started_at <= timezone.now()


def test_a_number_of_any_sensible_length_is_kept(agent_kas: Caller) -> None:
    alert = kept(agent_kas, {**MINIMAL, "number": 10**4_999})

    assert alert.payload["number"] == 10**4_999


def test_an_end_without_beginning_is_forgotten(agent_kas: Caller) -> None:
    assert sent(agent_kas, {**MINIMAL, "end_time": "2021-06-01T10:00:00Z"}).json() == 200
    assert sent(agent_kas, {"end_time": "2021-06-01T10:00:00Z"}).json() == 200

    assert not Alert.objects.exists()


def test_an_end_that_cannot_be_read_is_no_end(agent_kas: Caller) -> None:
    assert kept(agent_kas, {**MINIMAL, "end_time": "soon"}).ended_at is None


def test_an_agent_ends_with_its_project_after_validation(agent_kas: Caller, agent: Agent) -> None:
    agent.project.pending_delete = True
    agent.project.save()

    gone = sent(agent_kas, MINIMAL)

    assert (gone.status_code, gone.json()) == (404, {"message": "404 Not Found"})
    assert agent_kas.post(PATH).json() == {"error": "alert is missing"}
