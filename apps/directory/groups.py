"""Create and find groups."""

from django.core.exceptions import ValidationError

from apps.directory import paths
from apps.directory.models import Namespace, NamespaceKind, Visibility


class UnknownGroup(LookupError):
    """No group has this path."""

    def __init__(self, path: str) -> None:
        super().__init__(f"There is no group {path}.")


def find(path: str) -> Namespace:
    """Return the group at a full path, ignoring case.

    Raises:
        UnknownGroup: there is none.
    """
    groups = Namespace.objects.at_path(path).filter(kind=NamespaceKind.GROUP)
    group = groups.select_related("route").first()
    if group is None:
        raise UnknownGroup(path)
    return group


def create(*, full_path: str, name: str = "", visibility: Visibility = Visibility.PRIVATE) -> Namespace:
    """Create a group at a full path; the group above it is there already.

    Raises:
        UnknownGroup: it is not.
        ValidationError: the path is not legal or taken, or a value is not legal.
    """
    above, _, path = full_path.rpartition("/")
    parent = find(above) if above else None
    paths.check_namespace(full_path)
    group = Namespace(parent=parent, path=path, name=name or path, visibility_level=visibility)
    group.clean_fields(exclude=["traversal"])
    group.clean()
    if parent and visibility > parent.visibility_level:
        raise ValidationError({"visibility": f"{parent.full_path} is seen by fewer than that."})
    group.save()
    return group
