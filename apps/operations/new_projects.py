"""A project with its repository: both, or neither."""

import enum

from django.conf import settings

from apps.core.gitaly.failures import GitalyFailure
from apps.core.gitaly.objects import ObjectFormat
from apps.directory import projects
from apps.directory.models import Project, User, Visibility
from apps.git_access.repositories import new_repositories


class Repositories(enum.Enum):
    """Which repositories a new project gets."""

    NONE = enum.auto()
    CODE = enum.auto()
    CODE_AND_WIKI = enum.auto()


def wanted(*, code: bool, wiki: bool) -> Repositories:
    """Return what an operator asks for; a wiki comes with the code."""
    if wiki:
        return Repositories.CODE_AND_WIKI
    return Repositories.CODE if code else Repositories.NONE


def create(
    *,
    full_path: str,
    name: str,
    visibility: Visibility,
    creator: User | None,
    object_format: ObjectFormat = ObjectFormat.SHA1,
    repositories: Repositories,
) -> Project:
    """Create a project, and its repositories where they are wished and a Gitaly is configured for it.

    Raises:
        UnknownNamespace: there is nothing to create it in.
        ValidationError: a value is not legal, or path or name are taken.
        GitalyFailure: Gitaly did not make the repository; there is no project then.
    """
    project = projects.create(
        full_path=full_path, name=name, visibility=visibility, object_format=object_format, creator=creator
    )
    if repositories is not Repositories.NONE and project.storage in settings.GITALY_STORAGES:
        try:
            new_repositories.create(project)
            if repositories is Repositories.CODE_AND_WIKI:
                new_repositories.create_wiki(project)
        except GitalyFailure:
            project.delete()
            raise
        project.refresh_from_db()
    return project
