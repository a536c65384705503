"""Who belongs to a group or project, and with which level."""

from datetime import date
from typing import Any

from apps.directory import groups, projects
from apps.directory.models import AccessLevel, Member, Namespace, Project, User


class UnknownPath(LookupError):
    """Neither a group nor a project has this path."""

    def __init__(self, path: str) -> None:
        super().__init__(f"There is no group or project {path}.")


class NotAMember(LookupError):
    """The user has no membership here; a level may still come from above."""


class InvalidMembership(ValueError):
    """The membership would be of no use; the message says why."""


def source_at(path: str) -> Namespace | Project:
    """Return the group or project at a full path, ignoring case.

    Raises:
        UnknownPath: there is none; a user's own namespace has no members.
    """
    try:
        return groups.find(path)
    except groups.UnknownGroup:
        pass
    try:
        return projects.find(path)
    except projects.UnknownProject:
        raise UnknownPath(path) from None


def set_level(
    *, user: User, source: Namespace | Project, level: AccessLevel, expires_at: date | None, today: date
) -> tuple[Member, bool]:
    """Make the user a member with a level, or change what there is; return it, and whether it is new.

    A waiting request or invitation of the user becomes a membership that counts.

    Raises:
        InvalidMembership: no member has such a level, or it would have ended already.
    """
    if level < AccessLevel.GUEST:
        raise InvalidMembership(f"Nobody is a member with {level.label.lower()}.")
    if expires_at is not None and expires_at <= today:
        raise InvalidMembership(f"A membership that ends on {expires_at} has ended already.")
    state = Member._meta.get_field("state").get_default()
    return Member.objects.update_or_create(
        user=user,
        **_of(source),
        defaults={
            "access_level": level,
            "expires_at": expires_at,
            "requested_at": None,
            "state": state,
        },
    )


def remove(*, user: User, source: Namespace | Project) -> None:
    """End a membership.

    Raises:
        NotAMember: there is none here.
    """
    count, _ = Member.objects.filter(user=user, **_of(source)).delete()
    if not count:
        raise NotAMember(f"{user} is no direct member of {source.full_path}.")


def _of(source: Namespace | Project) -> dict[str, Any]:
    if isinstance(source, Project):
        return {"project": source, "group": None}
    return {"group": source, "project": None}
