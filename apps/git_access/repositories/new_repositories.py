"""Creating the empty repositories of projects through Gitaly."""

from contextlib import suppress

from apps.core.gitaly.client import Gitaly
from apps.core.gitaly.failures import GitalyFailure, OtherObjectFormat, RepositoryExists
from apps.core.gitaly.objects import ObjectFormat
from apps.directory.models import Project
from apps.git_access.repositories.containers import Container
from apps.git_access.repositories.ids import RepositoryType

DEFAULT_BRANCH = "main"


class RepositoryNotEmpty(ValueError):
    """A repository that has commits stays as it is."""


def create(project: Project, *, correlation_id: str = "") -> None:
    """Create the repository of a project, unless it is there already.

    Raises:
        GitalyFailure: Gitaly did not.
    """
    gitaly = _gitaly(project, RepositoryType.PROJECT, correlation_id=correlation_id)
    create_empty(gitaly, object_format=ObjectFormat(project.object_format))
    Project.objects.filter(pk=project.pk).update(repository_exists=True)


def create_wiki(project: Project, *, correlation_id: str = "") -> None:
    """Create the repository of a project's wiki, unless it is there already.

    Raises:
        GitalyFailure: Gitaly did not.
    """
    gitaly = _gitaly(project, RepositoryType.PROJECT_WIKI, correlation_id=correlation_id)
    create_empty(gitaly, object_format=ObjectFormat(project.object_format))
    Project.objects.filter(pk=project.pk).update(wiki_repository_exists=True)


def create_as(project: Project, object_format: ObjectFormat) -> None:
    """Create a project's repository with this kind of object ids; an empty one makes room.

    Raises:
        RepositoryNotEmpty: it has commits.
        GitalyFailure: Gitaly did not.
    """
    gitaly = _gitaly(project, RepositoryType.PROJECT, correlation_id="")
    if gitaly.repository_exists() and gitaly.object_format() != object_format:
        if gitaly.list_commits(["--all"], limit=1):
            raise RepositoryNotEmpty(
                f"The repository of {project.full_path} has commits; their ids stay as they are."
            )
        gitaly.remove_repository()
    project.object_format = object_format
    create(project)
    Project.objects.filter(pk=project.pk).update(object_format=object_format)


def create_empty(gitaly: Gitaly, *, object_format: ObjectFormat = ObjectFormat.SHA1) -> None:
    """Let Gitaly make an empty repository; one that an earlier try has made is as good.

    Raises:
        OtherObjectFormat: it has another kind of object ids.
        GitalyFailure: Gitaly did not.
    """
    with suppress(RepositoryExists):
        gitaly.create_repository(default_branch=DEFAULT_BRANCH, object_format=object_format)
        if object_format != ObjectFormat.SHA1:
            _keep_only(gitaly, object_format)
        return
    if object_format != ObjectFormat.SHA1 and gitaly.object_format() != object_format:
        raise OtherObjectFormat(f"There is a repository already, which does not use {object_format.label}.")


def _keep_only(gitaly: Gitaly, object_format: ObjectFormat) -> None:
    """Remove a repository that was just made, if an old Gitaly made it of another kind."""
    try:
        made = gitaly.object_format()
    except GitalyFailure:
        made = ObjectFormat.SHA1
    if made != object_format:
        gitaly.remove_repository()
        raise OtherObjectFormat(f"This Gitaly makes no repositories of {object_format.label}; 15.9 does.")


def create_all() -> int:
    """Create the repository of every project that lacks one, and return how many projects were seen to.

    Raises:
        GitalyFailure: Gitaly did not; what was created stays.
    """
    projects = Project.objects.select_related("route").order_by("pk")
    for project in projects:
        create(project)
    return len(projects)


def _gitaly(project: Project, kind: RepositoryType, *, correlation_id: str) -> Gitaly:
    container = Container(type=kind, full_path=project.full_path, project=project)
    return Gitaly(repository=container.repository, correlation_id=correlation_id, primary_only=True)
