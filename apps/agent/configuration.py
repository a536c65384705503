"""Keep which projects and groups an agent's configuration lets its cluster serve, jobs and people."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from apps.agent.models import Agent, AgentAuthorization, UserAccessAuthorization
from apps.directory.models import Namespace, NamespaceKind, Project
from apps.directory.models.namespaces import NamespaceQuerySet

MAX_ENTRIES = 500  # of each list


class AgentGone(LookupError):
    """There is no agent with this id."""


@transaction.atomic
def replace(*, agent_id: int, configuration: Mapping[str, Any]) -> None:
    """Let both lists of an agent be exactly those of its new configuration.

    ``ci_access`` says whose CI jobs, ``user_access`` whose members may use the cluster. Entries outside the
    agent's root namespace, malformed ones, and those beyond the first 500 of a list do not count.

    Raises:
        AgentGone: there is no such agent.
    """
    agents = Agent.objects.select_for_update(of=("self",), no_key=True).select_related("project__namespace")
    agent = agents.filter(pk=agent_id).first()
    if agent is None:
        raise AgentGone(agent_id)
    root = Namespace.objects.get(pk=agent.project.namespace.root_id)
    inside = Namespace.objects.within(root)
    jobs, members = _object(configuration.get("ci_access")), _object(configuration.get("user_access"))
    shared = {"access_as": members["access_as"]} if "access_as" in members else {}
    agent.authorizations.all().delete()
    AgentAuthorization.objects.bulk_create(
        AgentAuthorization(agent=agent, configuration=entry.rest, **entry.source)
        for entry in _entries(jobs, inside)
    )
    agent.user_access.all().delete()
    UserAccessAuthorization.objects.bulk_create(
        UserAccessAuthorization(agent=agent, configuration=shared, **entry.source)
        for entry in _entries(members, inside)
    )


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of a list: the project or group that it names, and its other keys."""

    source: dict[str, Any]
    rest: dict[str, Any]


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _entries(lists: Mapping[str, Any], inside: NamespaceQuerySet) -> Iterator[_Entry]:
    projects = Project.objects.filter(namespace__in=inside)
    yield from _named("project", lists.get("projects"), projects)
    yield from _named("group", lists.get("groups"), inside.filter(kind=NamespaceKind.GROUP))


def _named(kind: str, entries: Any, inside: Any) -> Iterator[_Entry]:
    wanted = dict(_wellformed(entries))
    for row in inside.at_paths(wanted).select_related("route"):
        yield _Entry({kind: row}, wanted[row.route.path.lower()])


def _wellformed(entries: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield lower-case path and the rest of each entry; of a path that repeats the last one counts."""
    for entry in entries[:MAX_ENTRIES] if isinstance(entries, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("id"), str):
            yield entry["id"].lower(), {key: value for key, value in entry.items() if key != "id"}
