"""The models of the agent app, one module per topic."""

from apps.agent.models.agents import (
    SILENCE,
    Agent,
    AgentAuthorization,
    AgentToken,
    UserAccessAuthorization,
)
from apps.agent.models.alerts import Alert, AlertDomain, AlertSeverity, AlertStatus, Environment
from apps.agent.models.usage import UniqueUsage, UsageCounter, UsageDay
from apps.agent.models.vulnerabilities import (
    Confidence,
    Finding,
    Identifier,
    ReportType,
    Scanner,
    Severity,
    Vulnerability,
    VulnerabilityState,
)

__all__ = [
    "SILENCE",
    "Agent",
    "AgentAuthorization",
    "AgentToken",
    "Alert",
    "AlertDomain",
    "AlertSeverity",
    "AlertStatus",
    "Confidence",
    "Environment",
    "Finding",
    "Identifier",
    "ReportType",
    "Scanner",
    "Severity",
    "UniqueUsage",
    "UsageCounter",
    "UsageDay",
    "UserAccessAuthorization",
    "Vulnerability",
    "VulnerabilityState",
]
