"""Create and find projects."""

from django.core.exceptions import ValidationError

from apps.core.gitaly.objects import ObjectFormat
from apps.directory import paths
from apps.directory.models import Namespace, Project, User, Visibility


class UnknownNamespace(LookupError):
    """No namespace has this path."""

    def __init__(self, path: str) -> None:
        super().__init__(f"There is no group or user {path}.")


class UnknownProject(LookupError):
    """No project has this path."""

    def __init__(self, path: str) -> None:
        super().__init__(f"There is no project {path}.")


def find(path: str) -> Project:
    """Return the project at a full path, ignoring case; renames are not followed.

    Raises:
        UnknownProject: there is none.
    """
    project = Project.objects.at_path(path).select_related("route", "namespace__route").first()
    if project is None:
        raise UnknownProject(path)
    return project


def find_namespace(path: str) -> Namespace:
    """Return the group or user's namespace at a full path, ignoring case.

    Raises:
        UnknownNamespace: there is none.
    """
    namespace = Namespace.objects.at_path(path).select_related("route").first()
    if namespace is None:
        raise UnknownNamespace(path)
    return namespace


def create(
    *,
    full_path: str,
    name: str = "",
    visibility: Visibility = Visibility.PRIVATE,
    object_format: ObjectFormat = ObjectFormat.SHA1,
    creator: User | None,
) -> Project:
    """Create a project without a repository; its namespace is there already.

    Raises:
        UnknownNamespace: it is not.
        ValidationError: the path is not legal, path or name are taken, or a value is not legal.
    """
    above, _, path = full_path.rpartition("/")
    if not above:
        raise UnknownNamespace(full_path)
    namespace = find_namespace(above)
    paths.check_project(full_path)
    name = name or path
    if Project.objects.filter(namespace=namespace, name=name).exists():
        raise ValidationError({"name": f"A project of {above} is called {name} already."})
    project = Project(
        namespace=namespace,
        path=path,
        name=name,
        visibility_level=visibility,
        object_format=object_format,
        creator=creator,
    )
    project.clean_fields(exclude=["default_branch"])
    project.save()
    return project
