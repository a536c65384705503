"""Creating the empty repositories of projects through Gitaly."""

from contextlib import suppress

from apps.core.gitaly.client import Gitaly
from apps.core.gitaly.failures import RepositoryExists
from apps.directory.models import Project
from apps.git_access.repositories.containers import Container
from apps.git_access.repositories.ids import RepositoryType

DEFAULT_BRANCH = "main"


def create(project: Project, *, correlation_id: str = "") -> None:
    """Create the repository of a project, unless it is there already.

    Raises:
        GitalyFailure: Gitaly did not.
    """
    container = Container(type=RepositoryType.PROJECT, full_path=project.full_path, project=project)
    gitaly = Gitaly(repository=container.repository, correlation_id=correlation_id, primary_only=True)
    create_empty(gitaly)
    Project.objects.filter(pk=project.pk).update(repository_exists=True)


def create_wiki(project: Project, *, correlation_id: str = "") -> None:
    """Create the repository of a project's wiki, unless it is there already.

    Raises:
        GitalyFailure: Gitaly did not.
    """
    wiki = Container(type=RepositoryType.PROJECT_WIKI, full_path=project.full_path, project=project)
    create_empty(Gitaly(repository=wiki.repository, correlation_id=correlation_id, primary_only=True))
    Project.objects.filter(pk=project.pk).update(wiki_repository_exists=True)


def create_empty(gitaly: Gitaly) -> None:
    """Let Gitaly make an empty repository; one that an earlier try has made is as good.

    Raises:
        GitalyFailure: Gitaly did not.
    """
    with suppress(RepositoryExists):
        gitaly.create_repository(default_branch=DEFAULT_BRANCH)


def create_all() -> int:
    """Create the repository of every project that lacks one, and return how many projects were seen to.

    Raises:
        GitalyFailure: Gitaly did not; what was created stays.
    """
    projects = Project.objects.select_related("route").order_by("pk")
    for project in projects:
        create(project)
    return len(projects)
