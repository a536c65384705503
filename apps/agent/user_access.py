"""Whether a person may reach an agent's cluster through kas, and as whom the cluster then sees them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from apps.agent.models import Agent, UserAccessAuthorization
from apps.directory.access_levels import direct_levels, levels_in_projects
from apps.directory.models import AccessLevel, Namespace, User

ROLES = {
    "guest": AccessLevel.GUEST,
    "reporter": AccessLevel.REPORTER,
    "developer": AccessLevel.DEVELOPER,
    "maintainer": AccessLevel.MAINTAINER,
    "owner": AccessLevel.OWNER,
}


class ClusterIdentity(StrEnum):
    """As whom a person comes to the cluster."""

    AGENT = "agent"
    USER = "user"


class NoClusterAccess(PermissionError):
    """The agent's configuration does not let this person in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """As whom the person comes, and the roles held in each project and group that lets them in, by id."""

    identity: ClusterIdentity
    projects: Mapping[int, list[str]]
    groups: Mapping[int, list[str]]


def authorize(*, agent: Agent, user: User, on: date) -> Access:
    """Return how the user may reach the agent's cluster: as a developer, or more, of what the agent lists.

    Membership of the agent's own project gives nothing unless the project is listed.

    Raises:
        NoClusterAccess: the user or project is not active, or nothing that the agent lists lets the user in.
    """
    if not user.is_active or agent.project.pending_delete:
        raise NoClusterAccess
    entries = list(agent.user_access.select_related("project__namespace", "group"))
    projects = [entry.project for entry in entries if entry.project]
    groups = [entry.group for entry in entries if entry.group]
    access = Access(
        identity=_identity(entries),
        projects=_roles(levels_in_projects(user=user, projects=projects, on=on)),
        groups=_roles(_inherited_levels(user, groups, on=on)),
    )
    if not access.projects and not access.groups:
        raise NoClusterAccess
    return access


def _identity(entries: list[UserAccessAuthorization]) -> ClusterIdentity:
    """Return the one key of ``access_as``, which all entries of an agent share."""
    access_as = entries[0].configuration.get("access_as") if entries else None
    keys = list(access_as) if isinstance(access_as, dict) else []
    if len(keys) != 1 or keys[0] not in list(ClusterIdentity):
        raise NoClusterAccess
    return ClusterIdentity(keys[0])


def _inherited_levels(user: User, groups: list[Namespace], *, on: date) -> dict[int, int]:
    """Return the level in each group by memberships of it or of a group above it; shares do not count."""
    if user.admin:
        return {group.pk: AccessLevel.OWNER for group in groups}
    above = {group.pk: group.ancestor_ids for group in groups}
    every = {group_id for group_ids in above.values() for group_id in group_ids}
    direct = direct_levels(user=user, group_ids=every, on=on)
    return {
        pk: max(direct.get(group_id, AccessLevel.NONE) for group_id in group_ids)
        for pk, group_ids in above.items()
    }


def _roles(levels: Mapping[int, int]) -> dict[int, list[str]]:
    return {
        pk: [name for name, role in ROLES.items() if role <= level]
        for pk, level in sorted(levels.items())
        if level >= AccessLevel.DEVELOPER
    }
