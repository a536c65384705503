"""What newer versions of kas send for themselves: whom to let in, and what they count as events."""

from dataclasses import dataclass
from typing import Any

from rest_framework.request import Request

from apps.agent.usage import EVENTS, REGISTRATIONS
from apps.core.api.params import parameters
from apps.core.api.serializer_errors import read
from apps.core.api.serializer_fields import Text, WholeNumber, Word
from apps.core.api.serializers import ObjectList, Parameters

TOKEN, COOKIE = "personal_access_token", "session_cookie"


class ProxyUserParameters(Parameters):
    """Somebody with a personal access token."""

    agent_id = WholeNumber(help_text="The agent.")
    access_type = Word((TOKEN, COOKIE), exact=True, help_text="What the person has shown.")
    access_key = Text(help_text="The token or cookie in clear.")


class CookieParameters(ProxyUserParameters):
    """Somebody with a cookie, which comes with a token against forged requests."""

    csrf_token = Text(blank=False, help_text="Required beside a cookie.")


@dataclass(frozen=True, slots=True)
class ProxyUser:
    """A person who asks kas for an agent's cluster, by what they have shown to kas."""

    agent_id: int
    token: str | None
    """The personal access token in clear; ``None`` where they have shown a cookie."""


def proxy_user(request: Request) -> ProxyUser:
    """Return who asks."""
    given = parameters(request)
    cookie = given.get("access_type") == COOKIE
    values = read(CookieParameters if cookie else ProxyUserParameters, given)
    return ProxyUser(values["agent_id"], None if cookie else values["access_key"] or "")


class EventOfAKind(Parameters):
    """One event of a list."""

    class Meta:
        list_serializer_class = ObjectList


class UserEventParameters(EventOfAKind):
    """A person who has used a cluster."""

    user_id = WholeNumber(required=False)
    project_id = WholeNumber(required=False)


class TelemetryParameters(Parameters):
    """How an agent was installed."""

    installation_method = Text(required=False)
    helm_chart_version = Text(required=False)


class RegistrationParameters(EventOfAKind):
    """An agent that has come to kas."""

    project_id = WholeNumber(required=False)
    agent_version = Text(required=False)
    architecture = Text(required=False)
    agent_id = WholeNumber(required=False)
    kubernetes_version = Text(required=False)
    extra_telemetry_data = TelemetryParameters(required=False)


class EventListsParameters(Parameters):
    """The lists of events by kind."""

    def get_fields(self) -> dict[str, Any]:
        """One list for each kind that is known."""
        return {
            name: (RegistrationParameters if name == REGISTRATIONS else UserEventParameters)(
                many=True, required=False
            )
            for name in EVENTS
        }


class EventParameters(Parameters):
    """What kas counts as events."""

    events = EventListsParameters(required=False, help_text="Lists of events; only their lengths are kept.")


def event_counts(request: Request) -> list[tuple[str, int]]:
    """Return how many events of each kind there are, under the name of the counter that they raise."""
    events = read(EventParameters, parameters(request)).get("events", {})
    return [(f"events_{name}", len(rows)) for name, rows in events.items()]
