"""What newer versions of kas send for themselves: whom to let in, and what they count as events."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rest_framework.request import Request

from apps.agent.usage import EVENTS
from apps.core.api import attributes
from apps.core.api.attribute_types import Choice, Integer, Text
from apps.core.api.attributes import Attribute, Object, Objects, Wrong
from apps.core.api.params import parameters

TOKEN, COOKIE = "personal_access_token", "session_cookie"


class Word(Choice):
    """One of some words, exactly as they are written."""

    def read(self, value: Any) -> str:
        """Return the word."""
        return Text.read(self, value)


@dataclass(frozen=True, kw_only=True)
class Rows(Objects):
    """A list whose elements are all objects."""

    def read(self, value: Any) -> list[Any]:
        """Return the list."""
        rows = super().read(value)
        if not all(isinstance(row, Mapping) for row in rows):
            raise Wrong
        return rows


PROXY_USER: tuple[Attribute, ...] = (
    Integer(name="agent_id", required=True),
    Word(name="access_type", required=True, words=(TOKEN, COOKIE)),
    Text(name="access_key", required=True),
)
CSRF_TOKEN = Text(name="csrf_token", required=True, blank=False)


@dataclass(frozen=True, slots=True)
class ProxyUser:
    """A person who asks kas for an agent's cluster, by what they have shown to kas."""

    agent_id: int
    token: str | None
    """The personal access token in clear; ``None`` where they have shown a cookie."""


def proxy_user(request: Request) -> ProxyUser:
    """Return who asks; a cookie comes with a token against forged requests, which is not read."""
    given = parameters(request)
    cookie = given.get("access_type") == COOKIE
    values = attributes.read((*PROXY_USER, CSRF_TOKEN) if cookie else PROXY_USER, given)
    return ProxyUser(values["agent_id"], None if cookie else values["access_key"] or "")


def _integers(*names: str) -> tuple[Attribute, ...]:
    return tuple(Integer(name=name) for name in names)


def _texts(*names: str) -> tuple[Attribute, ...]:
    return tuple(Text(name=name) for name in names)


_REGISTRATION: tuple[Attribute, ...] = (
    *_integers("project_id"),
    *_texts("agent_version", "architecture"),
    *_integers("agent_id"),
    *_texts("kubernetes_version"),
    Object(name="extra_telemetry_data", fields=_texts("installation_method", "helm_chart_version")),
)
AGENT_EVENTS = (
    Object(
        name="events",
        fields=tuple(
            Rows(
                name=name,
                fields=_REGISTRATION if name == EVENTS[-1] else _integers("user_id", "project_id"),
            )
            for name in EVENTS
        ),
    ),
)


def event_counts(request: Request) -> list[tuple[str, int]]:
    """Return how many events of each kind there are, under the name of the counter that they raise."""
    events = attributes.read(AGENT_EVENTS, parameters(request)).get("events", {})
    return [(f"events_{name}", len(rows)) for name, rows in events.items()]
