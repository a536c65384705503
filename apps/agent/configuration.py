"""Keep which projects and groups an agent's configuration lets its cluster serve."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction
from django.db.models.functions import Lower

from apps.agent.models import Agent, AgentAuthorization
from apps.directory.models import Namespace, NamespaceKind, Project

MAX_ENTRIES = 500  # of each list


class UnknownAgent(LookupError):
    """There is no agent with this id."""


@transaction.atomic
def replace(*, agent_id: int, configuration: Mapping[str, Any]) -> None:
    """Let the authorisations of an agent be exactly those of its new configuration.

    Entries outside the agent's root namespace, malformed ones, and those beyond the first 500 do not count.

    Raises:
        UnknownAgent: there is no such agent.
    """
    agents = Agent.objects.select_for_update(of=("self",), no_key=True).select_related("project__namespace")
    agent = agents.filter(pk=agent_id).first()
    if agent is None:
        raise UnknownAgent(agent_id)
    access = configuration.get("ci_access")
    lists = access if isinstance(access, dict) else {}
    root = Namespace.objects.get(pk=agent.project.namespace.root_id)
    inside = Namespace.objects.within(root)
    agent.authorizations.all().delete()
    AgentAuthorization.objects.bulk_create(
        [
            *_authorizations(agent, "project", lists, Project.objects.filter(namespace__in=inside)),
            *_authorizations(agent, "group", lists, inside.filter(kind=NamespaceKind.GROUP)),
        ]
    )


def _authorizations(
    agent: Agent, kind: str, lists: Mapping[str, Any], inside: Any
) -> Iterator[AgentAuthorization]:
    wanted = dict(_entries(lists.get(f"{kind}s")))
    paths = inside.alias(lower_path=Lower("route__path")).filter(lower_path__in=list(wanted))
    for row in paths.select_related("route"):
        yield AgentAuthorization(agent=agent, configuration=wanted[row.route.path.lower()], **{kind: row})


def _entries(entries: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield lower-case path and configuration of each entry; of a path that repeats the last one counts."""
    for entry in entries[:MAX_ENTRIES] if isinstance(entries, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("id"), str):
            yield entry["id"].lower(), {key: value for key, value in entry.items() if key != "id"}
