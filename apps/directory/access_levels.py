"""The effective level of a user in a group or project: the best of every way in.

Read in small portable queries, so that each rule stands alone. 0 means that no way leads in.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date

from apps.directory.models import (
    AccessLevel,
    GroupGroupLink,
    Member,
    Namespace,
    Project,
    ProjectGroupLink,
    User,
)
from apps.directory.models.members import unexpired


def level_in_group(*, user: User | None, group: Namespace, on: date) -> int:
    """Return the level in a group, or in a personal namespace, inherited and shared levels included."""
    if user is None:
        return AccessLevel.NONE
    return levels_in_groups(user=user, groups=[group], on=on)[group.pk]


def level_in_project(*, user: User | None, project: Project, on: date) -> int:
    """Return the level in a project: its own members, its namespace's, and those of invited groups."""
    if user is None:
        return AccessLevel.NONE
    return levels_in_projects(user=user, projects=[project], on=on)[project.pk]


def levels_in_groups(*, user: User, groups: Collection[Namespace], on: date) -> dict[int, int]:
    """Return the level in each of the groups, by its id, in as many queries as for one."""
    owned = {group.pk for group in groups if user.admin or group.owner_id == user.pk}
    others = [group for group in groups if group.pk not in owned]
    levels: dict[int, int] = dict.fromkeys(owned, AccessLevel.OWNER)
    if not others:
        return levels
    above = {group_id for group in others for group_id in group.ancestor_ids}
    shares = list(
        GroupGroupLink.objects.filter(
            unexpired(on), shared_group__in=above, group_access__gte=AccessLevel.GUEST
        ).values_list("shared_group_id", "shared_with_group_id", "group_access")
    )
    groups_with_members = above.union(invited for _, invited, _ in shares)
    direct = direct_levels(user=user, group_ids=groups_with_members, on=on)
    for group in others:
        ancestors = group.ancestor_ids
        inherited = (direct.get(group_id, AccessLevel.NONE) for group_id in ancestors)
        # Only direct members of the invited group count, and only up to the level of the invitation.
        shared = (
            min(level, direct.get(invited, AccessLevel.NONE))
            for group_id, invited, level in shares
            if group_id in ancestors
        )
        levels[group.pk] = max(*inherited, *shared, AccessLevel.NONE)
    return levels


def direct_levels(*, user: User, group_ids: Iterable[int], on: date) -> dict[int, int]:
    """Return the levels of the user's own memberships in these groups, by the group's id."""
    members = Member.objects.active(on=on).filter(user=user, group__in=set(group_ids))
    return dict(members.values_list("group_id", "access_level"))


def levels_in_projects(*, user: User, projects: Collection[Project], on: date) -> dict[int, int]:
    """Return the level in each of the projects, by its id, in as many queries as for one."""
    namespaces = {project.namespace_id: project.namespace for project in projects}
    inherited = levels_in_groups(user=user, groups=namespaces.values(), on=on)
    levels = {project.pk: inherited[project.namespace_id] for project in projects}
    # Nothing is above an owner.
    others = [project for project in projects if levels[project.pk] < AccessLevel.OWNER]
    if others:
        members = Member.objects.active(on=on).filter(user=user, project__in=others)
        _raise(levels, members.values_list("project_id", "access_level"))
        _raise(levels, _invited_levels(user, others, on=on))
    return levels


def _invited_levels(user: User, projects: Iterable[Project], *, on: date) -> Iterator[tuple[int, int]]:
    open_projects = [project for project in projects if not project.namespace.share_with_group_lock]
    links = ProjectGroupLink.objects.filter(unexpired(on), project__in=open_projects)
    invitations = list(links.filter(group_access__gte=AccessLevel.GUEST).select_related("group"))
    groups = {link.group_id: link.group for link in invitations}
    levels = levels_in_groups(user=user, groups=groups.values(), on=on)
    for link in invitations:
        yield link.project_id, min(link.group_access, levels[link.group_id])


def _raise(levels: dict[int, int], found: Iterable[tuple[int | None, int]]) -> None:
    for key, level in found:
        if key is not None:
            levels[key] = max(levels[key], level)


def has_level_below(*, user_id: int, group_id: int, on: date) -> bool:
    """Whether the user has a level in any project below a group; memberships lower down lead in.

    Administrators and owners are no case for it: they have a level in the group itself.
    """
    group = Namespace.objects.get(pk=group_id)
    below = Namespace.objects.within(group)
    memberships = Member.objects.active(on=on).filter(user_id=user_id)
    if memberships.filter(project__namespace__in=below).exists():
        return True
    own = memberships.filter(group__isnull=False).values("group_id")
    shared = GroupGroupLink.objects.filter(
        unexpired(on), shared_with_group__in=own, group_access__gte=AccessLevel.GUEST
    )
    entries = set(own.union(shared.values("shared_group_id")).values_list("group_id", flat=True))
    if not entries:
        return False
    invited = ProjectGroupLink.objects.filter(
        unexpired(on),
        project__namespace__in=below,
        project__namespace__share_with_group_lock=False,
        group_access__gte=AccessLevel.GUEST,
    )
    homes = below.filter(projects__isnull=False).values_list("traversal")
    traversals = homes.union(invited.values_list("group__traversal"))
    return any(not entries.isdisjoint(map(int, path.split("/")[:-1])) for (path,) in traversals)
