"""Starboard: what a whole scan has not found again is resolved."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from apps.agent.models import Agent, Finding, Vulnerability, VulnerabilityState
from tests.callers import Caller
from tests.factories.agent import AgentFactory, IdentifierFactory, ScannerFactory, VulnerabilityFactory

pytestmark = pytest.mark.django_db
PATH = "kubernetes/modules/starboard_vulnerability/scan_result"


def found(agent: Agent, state: str = VulnerabilityState.DETECTED) -> UUID:
    project = agent.project
    vulnerability = VulnerabilityFactory.create(project=project, state=state)
    return Finding.objects.create(
        vulnerability=vulnerability,
        project=project,
        agent=agent,
        scanner=ScannerFactory.create(project=project),
        primary_identifier=IdentifierFactory.create(project=project),
        uuid=uuid4(),
        name="CVE-1",
        severity="high",
        confidence="unknown",
        report_type=7,
    ).uuid


def states() -> list[str]:
    return list(Vulnerability.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize("slash", ["", "/"])
def test_resolves_what_is_not_listed(agent_kas: Caller, agent: Agent, slash: str) -> None:
    listed = found(agent)
    found(agent)
    found(agent, VulnerabilityState.CONFIRMED)
    found(agent, VulnerabilityState.DISMISSED)

    response = agent_kas.post(PATH + slash, uuids=[str(listed).upper(), "no uuid"])

    assert (response.status_code, response.json()) == (200, 200)
    assert states() == ["detected", "resolved", "resolved", "dismissed"]
    resolved = Vulnerability.objects.filter(resolved_on_default_branch=True)
    assert resolved.count() == 2


def test_other_agents_keep_theirs(agent_kas: Caller, agent: Agent) -> None:
    found(AgentFactory.create(project=agent.project))
    found(AgentFactory.create())

    assert agent_kas.post(PATH, uuids=[]).json() == 200
    assert states() == ["detected", "detected"]


def test_an_empty_list_resolves_everything(agent_kas: Caller, agent: Agent) -> None:
    found(agent)

    assert agent_kas.post(PATH, uuids=[]).json() == 200
    assert states() == ["resolved"]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "uuids is missing"),
        ({"uuids": None}, "uuids is invalid"),
        ({"uuids": ""}, "uuids is invalid"),
        ({"uuids": {}}, "uuids is invalid"),
        ({"uuids": ["a", None]}, "uuids is invalid"),
        ({"uuids": ["a", []]}, "uuids is invalid"),
    ],
)
def test_errors(agent_kas: Caller, agent: Agent, body: dict[str, Any], error: str) -> None:
    found(agent)

    response = agent_kas.post(PATH, **body)

    assert (response.status_code, response.json()) == (400, {"error": error})
    assert states() == ["detected"]
