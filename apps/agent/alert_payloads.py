"""Read what an agent sends as an alert: a Cilium flow with its policy, or the generic third-party format."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from apps.agent import fingerprints
from apps.agent.models import AlertDomain, AlertSeverity
from apps.agent.models.alerts import DESCRIPTION_LENGTH, LABEL_LENGTH, TITLE_LENGTH
from apps.core.json_values import as_text, storable

MAX_BYTES = 1_048_576
DEFAULT_TITLE = "New: Alert"
CILIUM = "Cilium"
HOSTS_LENGTH = 255
NO_YEAR = 1
_OMISSION = "..."
_DATE_AND_TIME = re.compile(r"\d[T ]\d")
_MILLISECONDS = re.compile(r"[0-9]{13}")


class Unstorable(ValueError):
    """The alert is too big, nested too deep, or has a text or number in it that no database keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertReport:
    """One alert as it was understood. With ``ended_at`` it ends an alert instead of beginning one."""

    title: str
    description: str
    service: str
    monitoring_tool: str
    hosts: list[str]
    severity: str
    domain: str
    fingerprint: str | None
    payload: Mapping[str, Any]
    environment_name: str
    started_at: datetime
    ended_at: datetime | None


def read(alert: Mapping[str, Any], *, now: datetime) -> AlertReport:
    """Understand an alert; ``now`` stands in for a start that is missing or cannot be read.

    Raises:
        Unstorable: it cannot be kept.
    """
    _require_storable(alert)
    flow = alert.get("flow")
    return _cilium(alert, flow, now) if isinstance(flow, dict) else _generic(alert, now)


def _require_storable(alert: Mapping[str, Any]) -> None:
    if not storable(alert):
        raise Unstorable
    compact = json.dumps(alert, separators=(",", ":"), ensure_ascii=False)
    if len(compact.encode()) > MAX_BYTES:
        raise Unstorable


def _cilium(alert: Mapping[str, Any], flow: Mapping[str, Any], now: datetime) -> AlertReport:
    return AlertReport(
        title=_title(_dug(alert, "ciliumNetworkPolicy", "metadata", "name")),
        description=_cut(flow.get("verdict"), DESCRIPTION_LENGTH),
        monitoring_tool=CILIUM,
        domain=AlertDomain.THREAT_MONITORING,
        fingerprint=fingerprints.of_flow(flow),
        ended_at=None,
        **_shared(alert, now),
    )


def _generic(alert: Mapping[str, Any], now: datetime) -> AlertReport:
    return AlertReport(
        title=_title(alert.get("title")),
        description=_cut(alert.get("description"), DESCRIPTION_LENGTH),
        monitoring_tool=_cut(alert.get("monitoring_tool"), LABEL_LENGTH),
        domain=AlertDomain.OPERATIONS,
        fingerprint=fingerprints.of_alert(alert),
        ended_at=moment(alert.get("end_time")),
        **_shared(alert, now),
    )


def _shared(alert: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "service": _cut(alert.get("service"), LABEL_LENGTH),
        "hosts": list(_fitting(_hosts(alert.get("hosts")))),
        "severity": _severity(alert.get("severity")),
        "payload": alert,
        "environment_name": as_text(alert.get("gitlab_environment_name")) or "",
        "started_at": moment(alert.get("start_time")) or now,
    }


def _title(value: Any) -> str:
    title = _cut(value, TITLE_LENGTH)
    return title if title.strip() else DEFAULT_TITLE


def _cut(value: Any, longest: int) -> str:
    """Return a scalar as text of at most this length, the end of a longer one replaced by dots."""
    text = as_text(value) or ""
    return text if len(text) <= longest else text[: longest - len(_OMISSION)] + _OMISSION


def _dug(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _severity(value: Any) -> str:
    severity = value.lower() if isinstance(value, str) else ""
    return severity if severity in AlertSeverity.values else AlertSeverity.CRITICAL


def _hosts(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _hosts(item)
    elif host := as_text(value):
        yield host


def _fitting(hosts: Iterable[str]) -> Iterator[str]:
    length = 0
    for host in hosts:
        length += len(host)
        if length > HOSTS_LENGTH:
            return
        yield host


def moment(value: Any) -> datetime | None:
    """Read an ISO 8601 date-time, in UTC where it names no zone, or 13 digits of epoch milliseconds.

    A moment of year 1 is none: so programs written in Go, Alertmanager among them, say "not yet".
    """
    text = as_text(value) or ""
    try:
        if _MILLISECONDS.fullmatch(text):
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        if not _DATE_AND_TIME.search(text):
            return None
        parsed = datetime.fromisoformat(text.strip())
        if parsed.year == NO_YEAR:
            return None
        return parsed.replace(tzinfo=parsed.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
