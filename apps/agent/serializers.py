"""What kas and the agents send and get, in the order of GitLab's document."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rest_framework.request import Request

from apps.agent.connections import AgentConnection
from apps.agent.models import Agent
from apps.agent.usage import COUNTERS, UNIQUE_COUNTERS
from apps.agent.user_access import Access, ClusterIdentity
from apps.core import json_values
from apps.core.api.params import parameters
from apps.core.api.serializer_errors import read
from apps.core.api.serializer_fields import Content, ParameterField, Texts, WholeNumber, WholeNumbers
from apps.core.api.serializers import BlankableParameters, Parameters
from apps.directory.models import User

FLAT_COUNTERS = ("gitops_sync_count", "k8s_api_proxy_request_count")


def agent_payload(agent: Agent, connection: AgentConnection) -> dict[str, Any]:
    """GitLab Agent information."""
    project = project_payload(connection)
    return {"project_id": project["project_id"], "agent_id": agent.pk, "agent_name": agent.name, **project}


def project_payload(connection: AgentConnection) -> dict[str, Any]:
    """GitLab Agent project information."""
    repository = connection.repository
    return {
        "project_id": connection.project_id,
        "gitaly_info": {
            "address": connection.server.address,
            "token": connection.server.token,
            "features": connection.features,
        },
        "gitaly_repository": {
            "storage_name": repository.storage_name,
            "relative_path": repository.relative_path,
            "gl_repository": repository.gl_repository,
            "gl_project_path": repository.gl_project_path,
        },
        "default_branch": connection.default_branch,
    }


def access_payload(agent: Agent, user: User, access: Access) -> dict[str, Any]:
    """As whom kas lets a person through to the agent's cluster."""
    seen_as: dict[str, Any] = {}
    if access.identity == ClusterIdentity.USER:
        sources = (("projects", access.projects), ("groups", access.groups))
        seen_as = {name: [{"id": pk, "roles": roles} for pk, roles in held.items()] for name, held in sources}
    return {
        "agent": {"id": agent.pk, "config_project": {"id": agent.project_id}},
        "user": {"id": user.pk, "username": user.username},
        "access_as": {access.identity.value: seen_as},
    }


def project_id_or_path(request: Request) -> str:
    """Return the parameter ``id``; empty where it names nothing, which is not found either."""
    text = json_values.as_text(parameters(request).get("id")) or ""
    return text if json_values.storable_text(text) else ""


class CountersParameters(BlankableParameters):
    """How much each counter has grown."""

    def get_fields(self) -> dict[str, Any]:
        """One field for each counter that is known."""
        return {name: WholeNumber(required=False) for name in COUNTERS}


class UniqueCountersParameters(BlankableParameters):
    """The ids that each counter counts once a month."""

    def get_fields(self) -> dict[str, Any]:
        """One field for each counter that is known."""
        return {name: WholeNumbers(required=False) for name in UNIQUE_COUNTERS}


class UsageParameters(Parameters):
    """GitLab Agent usage metrics: the flat shape of older kas beside the nested one."""

    gitops_sync_count = WholeNumber(required=False, help_text="How much to add.")
    k8s_api_proxy_request_count = WholeNumber(required=False, help_text="How much to add.")
    counters = CountersParameters(
        required=False, help_text="How much to add, by counter; later versions of kas."
    )
    unique_counters = UniqueCountersParameters(
        required=False, help_text="Ids that count once a month, by counter; later versions of kas."
    )


@dataclass(frozen=True, slots=True)
class UsageReport:
    """What kas counted since its last report, in the order in which it is checked."""

    counts: list[tuple[str, int]]
    unique: Mapping[str, list[int]]


def usage_report(request: Request) -> UsageReport:
    """GitLab Agent usage metrics: the flat and the nested shape add up."""
    given = read(UsageParameters, parameters(request))
    flat = [(name.removesuffix("_count"), given[name]) for name in FLAT_COUNTERS if name in given]
    nested: dict[str, int] = given.get("counters", {})
    return UsageReport([*flat, *nested.items()], given.get("unique_counters", {}))


class AlertParameters(Parameters):
    """GitLab Agent alert metrics."""

    alert = Content(help_text="The alert as it came.")


def alert_content(request: Request) -> dict[str, Any]:
    """GitLab Agent alert metrics: the alert as it came, keys in their order."""
    alert: dict[str, Any] = read(AlertParameters, parameters(request))["alert"]
    return alert


class ScanResultParameters(Parameters):
    """What a whole scan has found."""

    uuids = Texts(help_text="Everything that was found.")


def found_uuids(request: Request) -> list[str]:
    """Return the uuids of everything that a whole scan has found."""
    uuids: list[str] = read(ScanResultParameters, parameters(request))["uuids"]
    return uuids


class ConfigurationObject(ParameterField):
    """An object that can be kept, or JSON text of one."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return the object."""
        if isinstance(data, str):
            try:
                data = json_values.decode(data)
            except ValueError:
                self.fail("invalid")
        if not isinstance(data, Mapping) or not json_values.storable(data):
            self.fail("invalid")
        return dict(data)


class ConfigurationParameters(Parameters):
    """What kas has read in an agent's repository."""

    agent_id = WholeNumber(help_text="The agent.")
    agent_config = ConfigurationObject(help_text="Its configuration, or JSON text of it.")


def agent_configuration(request: Request) -> tuple[int, dict[str, Any]]:
    """Return an agent's id and its new configuration."""
    given = read(ConfigurationParameters, parameters(request))
    return given["agent_id"], given["agent_config"]
