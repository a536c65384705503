"""Keep what a scanner in a cluster finds, once, and resolve what it finds no longer."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from apps.agent.models import (
    Agent,
    Finding,
    Identifier,
    ReportType,
    Scanner,
    Vulnerability,
    VulnerabilityState,
)
from apps.agent.models.vulnerabilities import TITLE_LENGTH
from apps.agent.vulnerability_identity import FindingIdentity, identity, sha1
from apps.directory.access_levels import level_in_project
from apps.directory.models import AccessLevel

_IDS_PER_UPDATE = 500


class NotAllowed(PermissionError):
    """The creator of the agent may not report vulnerabilities for the project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierReport:
    """One name of a weakness. Type and id come from the name where the report has none."""

    name: str
    external_type: str = ""
    external_id: str = ""
    url: str = ""

    @property
    def type(self) -> str:
        """The given type, else the one that the name contains."""
        known = (word for word in ("cve", "cwe") if word in self.name.lower())
        return self.external_type or next(known, "other")

    @property
    def id(self) -> str:
        """The given id, else the name."""
        return self.external_id or self.name

    @property
    def fingerprint(self) -> str:
        """What makes two identifiers the same."""
        return sha1(f"{self.type}:{self.id}")


@dataclass(frozen=True, slots=True, kw_only=True)
class VulnerabilityReport:
    """One finding as a scanner reports it."""

    name: str
    severity: str
    confidence: str
    location: Mapping[str, Any]
    identifiers: tuple[IdentifierReport, ...]
    scanner_id: str
    scanner_name: str
    scanner_vendor: str = ""
    message: str = ""
    description: str = ""
    solution: str = ""
    links: list[Any] = field(default_factory=list)
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def primary(self) -> IdentifierReport:
        """The identifier that is part of the finding's identity."""
        return self.identifiers[0]


def require_permission(*, agent: Agent, on: date) -> None:
    """Check that whoever created the agent is still a developer of its project, or an administrator.

    Raises:
        NotAllowed: no such user, or it is not active, or its level is too low.
    """
    creator = agent.created_by
    if creator is None or not creator.is_active:
        raise NotAllowed
    if level_in_project(user=creator, project=agent.project, on=on) < AccessLevel.DEVELOPER:
        raise NotAllowed


def save(*, agent: Agent, report: VulnerabilityReport, now: datetime) -> uuid.UUID:
    """Keep a finding and return its uuid. One that is known stays as it is, but is no longer resolved."""
    found = identity(
        project_id=agent.project_id,
        agent_id=agent.pk,
        location=report.location,
        primary_name=report.primary.name,
        primary_fingerprint=report.primary.fingerprint,
    )
    if not Finding.objects.filter(uuid=found.uuid).exists():
        try:
            _create(agent, report, found)
        except IntegrityError:
            # The same report came twice at once. Anything else is a fault, and shows as one.
            if not Finding.objects.filter(uuid=found.uuid).exists():
                raise
        else:
            return found.uuid
    Vulnerability.objects.resolved().filter(finding__uuid=found.uuid).update(
        state=VulnerabilityState.DETECTED, resolved_on_default_branch=False, updated_at=now
    )
    return found.uuid


@transaction.atomic
def _create(agent: Agent, report: VulnerabilityReport, found: FindingIdentity) -> None:
    scanner = _scanner(agent, report)
    identifiers = _identifiers(agent, report)
    shared = {
        "project": agent.project,
        "description": report.description,
        "severity": report.severity,
        "confidence": report.confidence,
        "report_type": ReportType.CLUSTER_IMAGE_SCANNING,
    }
    name = report.name[:TITLE_LENGTH]
    finding = Finding.objects.create(
        vulnerability=Vulnerability.objects.create(author=agent.created_by, title=name, **shared),
        agent=agent,
        scanner=scanner,
        primary_identifier=identifiers[report.primary.fingerprint],
        name=name,
        location=report.location,
        raw=report.raw,
        message=report.message,
        solution=report.solution,
        links=report.links,
        **asdict(found),
        **shared,
    )
    finding.identifiers.set(identifiers.values())
    Agent.objects.filter(pk=agent.pk, has_vulnerabilities=False).update(has_vulnerabilities=True)


def _scanner(agent: Agent, report: VulnerabilityReport) -> Scanner:
    scanner, _ = Scanner.objects.get_or_create(
        project=agent.project,
        external_id=report.scanner_id,
        defaults={"name": report.scanner_name, "vendor": report.scanner_vendor},
    )
    return scanner


def _identifiers(agent: Agent, report: VulnerabilityReport) -> dict[str, Identifier]:
    """Find or create each, always in the same order: two reports never wait for one another."""
    identifiers = {}
    for given in sorted(report.identifiers, key=lambda identifier: identifier.fingerprint):
        identifiers[given.fingerprint], _ = Identifier.objects.get_or_create(
            project=agent.project,
            fingerprint=given.fingerprint,
            defaults={
                "external_type": given.type,
                "external_id": given.id,
                "name": given.name,
                "url": given.url,
            },
        )
    return identifiers


def resolve_missing(*, agent: Agent, found: Collection[str], now: datetime) -> None:
    """Resolve what the agent once reported and its last scan did not find again."""
    listed = {text.lower() for text in found}
    open_findings = (
        Finding.objects.filter(
            agent=agent,
            project=agent.project,
            report_type=ReportType.CLUSTER_IMAGE_SCANNING,
            vulnerability__in=Vulnerability.objects.open(),
        )
        .order_by("vulnerability_id")
        .values_list("vulnerability_id", "uuid")
    )
    gone = [pk for pk, finding_uuid in open_findings if str(finding_uuid) not in listed]
    for start in range(0, len(gone), _IDS_PER_UPDATE):
        batch = Vulnerability.objects.open().filter(pk__in=gone[start : start + _IDS_PER_UPDATE])
        batch.update(state=VulnerabilityState.RESOLVED, resolved_on_default_branch=True, updated_at=now)
