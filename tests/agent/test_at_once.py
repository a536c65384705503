"""The same report many times at the same moment: the database keeps one of it."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError

from apps.agent import alert_payloads, alerts, usage, vulnerabilities
from apps.agent.models import (
    Alert,
    AlertStatus,
    Finding,
    Identifier,
    Scanner,
    UniqueUsage,
    UsageCounter,
    UsageDay,
    Vulnerability,
)
from apps.agent.vulnerabilities import IdentifierReport, VulnerabilityReport
from tests.agent.test_fingerprints import MINIMAL
from tests.factories.agent import AgentFactory
from tests.git_access.threads import in_threads

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 50
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
REPORT = VulnerabilityReport(
    name="CVE-1 in libc",
    severity="high",
    confidence="unknown",
    location={},
    identifiers=(IdentifierReport(name="CVE-1"), IdentifierReport(name="CWE-79")),
    scanner_id="trivy",
    scanner_name="Trivy",
)


def test_identical_alerts_are_one_with_the_right_count() -> None:
    project = AgentFactory.create().project
    report = alert_payloads.read(MINIMAL, now=NOW)

    in_threads(AT_ONCE, lambda: alerts.save(project=project, report=report))

    assert [(alert.iid, alert.events) for alert in Alert.objects.all()] == [(1, AT_ONCE)]


def test_beside_a_resolved_alert_one_new_one_counts() -> None:
    project = AgentFactory.create().project
    report = alert_payloads.read(MINIMAL, now=NOW)
    alerts.save(project=project, report=report)
    Alert.objects.update(status=AlertStatus.RESOLVED)

    in_threads(AT_ONCE, lambda: alerts.save(project=project, report=report))

    kept = Alert.objects.order_by("iid").values_list("iid", "events", "status")
    assert list(kept) == [(1, 1, "resolved"), (2, AT_ONCE, "triggered")]


def test_different_alerts_are_numbered_without_gaps() -> None:
    project = AgentFactory.create().project
    report = alert_payloads.read({}, now=NOW)

    in_threads(AT_ONCE, lambda: alerts.save(project=project, report=report))

    assert sorted(alert.iid for alert in Alert.objects.all()) == list(range(1, AT_ONCE + 1))


def test_identical_vulnerabilities_are_one() -> None:
    agent = AgentFactory.create()
    uuids = set()

    in_threads(AT_ONCE, lambda: uuids.add(vulnerabilities.save(agent=agent, report=REPORT, now=NOW)))

    finding = Finding.objects.get()
    assert uuids == {finding.uuid}
    assert finding.identifiers.count() == Identifier.objects.count() == 2
    assert Vulnerability.objects.count() == Scanner.objects.count() == 1


def test_a_violation_that_repeats_or_is_another_shows_as_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def violate(*args: object) -> None:
        raise IntegrityError

    agent = AgentFactory.create()
    monkeypatch.setattr(alerts, "_create", violate)
    monkeypatch.setattr(vulnerabilities, "_create", violate)

    with pytest.raises(IntegrityError):
        alerts.save(project=agent.project, report=alert_payloads.read(MINIMAL, now=NOW))
    with pytest.raises(IntegrityError):
        vulnerabilities.save(agent=agent, report=REPORT, now=NOW)


def test_no_usage_is_lost() -> None:
    name = "agent_users_using_ci_tunnel"
    counts = [("k8s_api_proxy_request", 2), ("gitops_sync", 1)]

    in_threads(AT_ONCE, lambda: usage.add(counts=counts, unique={name: [9, 7]}, now=NOW))

    sums = {"gitops_sync": AT_ONCE, "k8s_api_proxy_request": 2 * AT_ONCE}
    assert dict(UsageCounter.objects.values_list("name", "value")) == sums
    assert dict(UsageDay.objects.values_list("name", "value")) == sums
    assert UniqueUsage.objects.count() == 2
