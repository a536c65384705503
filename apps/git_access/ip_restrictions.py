"""From where the projects of a top-level group may be used: adding and removing ranges of addresses."""

from apps.directory.models import Namespace
from apps.git_access.models import IpRestriction


class NoRange(LookupError):
    """The group has no such range."""


def add(*, group: Namespace, cidr: str) -> IpRestriction:
    """Let a range of addresses use the group's projects; the first one shuts everybody else out.

    Raises:
        ValidationError: it is no range, is there already, or the group is not top-level.
    """
    row = IpRestriction(group=group, cidr=cidr)
    row.full_clean()
    row.save()
    return row


def remove(*, group: Namespace, cidr: str) -> None:
    """Remove a range; without any, every address may use the group's projects.

    Raises:
        NoRange: the group has it not.
    """
    removed, _ = IpRestriction.objects.filter(group=group, cidr=cidr).delete()
    if not removed:
        raise NoRange(f"{group.full_path} has no range {cidr}.")
