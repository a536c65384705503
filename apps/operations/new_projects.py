"""A project with its repository: both, or neither."""

from django.conf import settings

from apps.core.gitaly.failures import GitalyFailure
from apps.directory import projects
from apps.directory.models import Project, User, Visibility
from apps.git_access.repositories import new_repositories


def create(
    *,
    full_path: str,
    name: str,
    visibility: Visibility,
    creator: User | None,
    with_repository: bool,
    with_wiki: bool = False,
) -> Project:
    """Create a project, and its repositories where they are wished and a Gitaly is configured for it.

    Raises:
        UnknownNamespace: there is nothing to create it in.
        ValidationError: a value is not legal, or path or name are taken.
        GitalyFailure: Gitaly did not make the repository; there is no project then.
    """
    project = projects.create(full_path=full_path, name=name, visibility=visibility, creator=creator)
    if with_repository and project.storage in settings.GITALY_STORAGES:
        try:
            new_repositories.create(project)
            if with_wiki:
                new_repositories.create_wiki(project)
        except GitalyFailure:
            project.delete()
            raise
        project.refresh_from_db()
    return project
