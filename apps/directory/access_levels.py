"""The effective level of a user in a group or project: the best of every way in.

Read in small portable queries, so that each rule stands alone. 0 means that no way leads in.
"""

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
    if user.admin or group.owner_id == user.pk:
        return AccessLevel.OWNER
    shares = GroupGroupLink.objects.filter(
        unexpired(on), shared_group__in=group.ancestor_ids, group_access__gte=AccessLevel.GUEST
    ).values_list("shared_with_group_id", "group_access")
    direct = dict(
        Member.objects.active(on=on)
        .filter(user=user, group__in={*group.ancestor_ids, *(group_id for group_id, _ in shares)})
        .values_list("group_id", "access_level")
    )
    inherited = (direct.get(group_id, AccessLevel.NONE) for group_id in group.ancestor_ids)
    # Only direct members of the invited group count, and only up to the level of the invitation.
    shared = (min(level, direct.get(group_id, AccessLevel.NONE)) for group_id, level in shares)
    return max(*inherited, *shared, AccessLevel.NONE)


def level_in_project(*, user: User | None, project: Project, on: date) -> int:
    """Return the level in a project: its own members, its namespace's, and those of invited groups."""
    if user is None:
        return AccessLevel.NONE
    namespace = project.namespace
    levels = [level_in_group(user=user, group=namespace, on=on)]
    if levels == [AccessLevel.OWNER]:
        return AccessLevel.OWNER
    levels += (
        Member.objects.active(on=on).filter(user=user, project=project).values_list("access_level", flat=True)
    )
    if not namespace.share_with_group_lock:
        levels += (
            min(link.group_access, level_in_group(user=user, group=link.group, on=on))
            for link in _group_links(project, on=on)
        )
    return max(levels)


def _group_links(project: Project, *, on: date) -> list[ProjectGroupLink]:
    links = ProjectGroupLink.objects.filter(unexpired(on), project=project)
    return list(links.filter(group_access__gte=AccessLevel.GUEST).select_related("group"))


def has_level_below(*, user_id: int, group_id: int, on: date) -> bool:
    """Whether the user has a level in any project below a group; memberships lower down lead in."""
    group = Namespace.objects.get(pk=group_id)
    below = Namespace.objects.within(group)
    direct = Member.objects.active(on=on).filter(user_id=user_id)
    if direct.filter(project__namespace__in=below).exists():
        return True
    invited = ProjectGroupLink.objects.filter(
        unexpired(on),
        project__namespace__in=below,
        project__namespace__share_with_group_lock=False,
        group_access__gte=AccessLevel.GUEST,
    )
    groups = {link.group for link in invited.select_related("group")}
    groups.update(below.filter(projects__isnull=False).distinct())
    user = User.objects.get(pk=user_id)
    return any(level_in_group(user=user, group=found, on=on) >= AccessLevel.GUEST for found in groups)
