"""Removing the repositories of projects, groups and snippets from their Gitaly."""

from collections.abc import Iterator
from contextlib import suppress

from apps.core.gitaly.client import Gitaly
from apps.core.gitaly.failures import RepositoryNotFound
from apps.directory.models import Namespace, Project, Snippet
from apps.git_access.repositories.containers import Container
from apps.git_access.repositories.ids import RepositoryType

OF_PROJECTS = (RepositoryType.PROJECT, RepositoryType.PROJECT_WIKI, RepositoryType.DESIGN)


def of_project(project: Project) -> Iterator[Container]:
    """Return every repository that a project may have: its own, its wiki's, its designs'."""
    for kind in OF_PROJECTS:
        yield Container(type=kind, full_path=project.full_path, project=project)


def remove_of_project(project: Project) -> None:
    """Remove them; one that is not there was removed before, or never made.

    Raises:
        GitalyFailure: Gitaly did not.
    """
    for container in of_project(project):
        _remove(container)
    Project.objects.filter(pk=project.pk).update(repository_exists=False, wiki_repository_exists=False)


def remove_of_snippet(snippet: Snippet) -> None:
    """Remove the repository of a snippet.

    Raises:
        GitalyFailure: Gitaly did not.
    """
    path = f"snippets/{snippet.pk}"
    _remove(Container(type=RepositoryType.SNIPPET, full_path=path, snippet=snippet, project=snippet.project))


def remove_of_group(group: Namespace) -> None:
    """Remove the repository of a group's wiki.

    Raises:
        GitalyFailure: Gitaly did not.
    """
    _remove(Container(type=RepositoryType.GROUP_WIKI, full_path=group.full_path, group=group))


def _remove(container: Container) -> None:
    with suppress(RepositoryNotFound):
        Gitaly(repository=container.repository, primary_only=True).remove_repository()
