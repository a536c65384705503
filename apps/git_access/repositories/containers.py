"""Which repository a request means: by ``gl_repository``, else by the path as typed.

Read in small portable queries, in the order in which the rules are written.
"""

import re
from dataclasses import dataclass, replace

from django.db.models import QuerySet

from apps.core.gitaly import repository as gitaly_repository
from apps.core.identifiers import number
from apps.core.prepared_queries import PreparedQuery
from apps.directory.models import (
    Namespace,
    NamespaceKind,
    Project,
    RedirectRoute,
    Snippet,
)
from apps.directory.models.namespaces import NamespaceQuerySet, RedirectRouteQuerySet
from apps.directory.models.projects import ProjectQuerySet, default_storage_name
from apps.git_access.repositories import ids
from apps.git_access.repositories.ids import DESIGN, SUFFIXES, WIKI, RepositoryId, RepositoryType

SNIPPET_PATH = re.compile(r"(?:(?P<project>.+)/)?snippets/(?P<id>[0-9]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """What owns a repository: a project, a group or a snippet, and how it was found.

    ``project`` is also set for a project's snippet. ``full_path`` has no suffix of wiki or design.
    """

    type: RepositoryType
    full_path: str
    project: Project | None = None
    group: Namespace | None = None
    snippet: Snippet | None = None
    redirected_path: str | None = None
    """The path that was asked for, when the container has another one now."""
    by_alias: bool = False

    @property
    def id(self) -> RepositoryId:
        """Type and id."""
        owner = self.snippet or self.group or self.project
        return RepositoryId(self.type, owner.pk if owner else 0)

    @property
    def gl_repository(self) -> str:
        """The name that travels to Gitaly and back."""
        return self.id.gl_repository

    @property
    def gl_project_path(self) -> str:
        """The full path with the suffix of its type: what stands before ``.git`` in a URL."""
        return self.full_path + SUFFIXES.get(self.type, "")

    @property
    def namespace(self) -> Namespace | None:
        """The group, or the namespace of the project; a personal snippet has none."""
        return self.group or (self.project.namespace if self.project else None)

    @property
    def storage(self) -> str:
        """The Gitaly storage that holds the repository; of a group's wiki the default one."""
        owner = self.snippet or self.project
        return owner.storage if owner else default_storage_name()

    @property
    def relative_path(self) -> str:
        """Where the repository lies in its storage."""
        return self.id.relative_path(disk_path=self.project.disk_path if self.project else "")

    @property
    def repository(self) -> gitaly_repository.Repository:
        """The repository as Gitaly's messages name it, outside any push."""
        return gitaly_repository.Repository(
            storage_name=self.storage,
            relative_path=self.relative_path,
            gl_repository=self.gl_repository,
            gl_project_path=self.gl_project_path,
        )


def find(*, gl_repository: str | None, project: str | None) -> Container | None:
    """Return what the request means; ``project`` is looked at only without ``gl_repository``.

    Raises:
        MalformedRepository: ``gl_repository`` is given and is none.
    """
    if gl_repository is not None:
        return of_id(ids.parse(gl_repository))
    return of_path(normalised(project)) if project else None


def of_id(repository: RepositoryId) -> Container | None:
    """Return the container of a repository id, or ``None`` when there is no such row."""
    container_id = repository.container_id
    match repository.type:
        case RepositoryType.SNIPPET:
            snippet = _SNIPPET.first(container_id)
            return _of_snippet(snippet) if snippet else None
        case RepositoryType.GROUP_WIKI:
            group = _GROUP.first(container_id)
            return _of_group(group) if group else None
        case _:
            project = _PROJECT.first(container_id)
            return _of_project(repository.type, project) if project else None


def normalised(path: str) -> str:
    """Return a typed path without one leading slash and one trailing ``.git``."""
    return path.removeprefix("/").removesuffix(".git")


def of_path(path: str) -> Container | None:
    """Return the container that a normalised path names: project, wiki, snippet, design, in this order."""
    return _project(path) or _wiki(path) or _snippet(path) or _design(path)


def _project(path: str) -> Container | None:
    return _owned_by_project(RepositoryType.PROJECT, path, path)


def _wiki(path: str) -> Container | None:
    if not path.endswith(WIKI):
        return None
    owner = path.removesuffix(WIKI)
    return _owned_by_project(RepositoryType.PROJECT_WIKI, owner, path) or _owned_by_group(owner, path)


def _snippet(path: str) -> Container | None:
    match = SNIPPET_PATH.fullmatch(path)
    if match is None:
        return None
    project, by_alias = None, False
    if match["project"] is not None:
        project, by_alias = _project_at(match["project"])
        if project is None:
            return None
    # A personal snippet has the short form only; that of a project, the long one only.
    snippet = Snippet.objects.filter(pk=number(match["id"]), project=project).first()
    if snippet is None:
        return None
    snippet.project = project
    found = _of_snippet(snippet, asked_for=None if by_alias else path)
    return replace(found, by_alias=by_alias)


def _design(path: str) -> Container | None:
    if not path.endswith(DESIGN):
        return None
    return _owned_by_project(RepositoryType.DESIGN, path.removesuffix(DESIGN), path)


def _owned_by_project(repository_type: RepositoryType, owner: str, asked_for: str) -> Container | None:
    project, by_alias = _project_at(owner)
    if project is None:
        return None
    # An alias is another name, not a former one.
    found = _of_project(repository_type, project, asked_for=None if by_alias else asked_for)
    return replace(found, by_alias=by_alias)


def _owned_by_group(owner: str, asked_for: str) -> Container | None:
    path = owner.lower()
    group = _GROUP_AT.first(path) or _GROUP_ONCE_AT.first(path)
    return _of_group(group, asked_for=asked_for) if group else None


def _project_at(path: str) -> tuple[Project | None, bool]:
    """Return the project and whether an alias led to it."""
    if project := _PROJECT_CALLED.first(path):
        return project, True
    path = path.lower()
    return _PROJECT_AT.first(path) or _PROJECT_ONCE_AT.first(path), False


def _projects() -> ProjectQuerySet:
    return Project.objects.select_related("namespace", "route")


def _groups() -> NamespaceQuerySet:
    return Namespace.objects.filter(kind=NamespaceKind.GROUP).select_related("route")


def _snippets() -> QuerySet[Snippet]:
    return Snippet.objects.select_related("project__namespace", "project__route")


def _formerly(path: str) -> RedirectRouteQuerySet:
    return RedirectRoute.objects.at_path(path)


_PROJECT = PreparedQuery(lambda project_id: _projects().filter(pk=project_id), by=int)
_PROJECT_CALLED = PreparedQuery(lambda alias: _projects().filter(aliases__name=alias), by=str)
_PROJECT_AT = PreparedQuery(lambda path: _projects().at_path(path), by=str)
_PROJECT_ONCE_AT = PreparedQuery(lambda path: _projects().filter(redirects__in=_formerly(path)), by=str)
_GROUP = PreparedQuery(lambda group_id: _groups().filter(pk=group_id), by=int)
_GROUP_AT = PreparedQuery(lambda path: _groups().at_path(path), by=str)
_GROUP_ONCE_AT = PreparedQuery(lambda path: _groups().filter(redirects__in=_formerly(path)), by=str)
_SNIPPET = PreparedQuery(lambda snippet_id: _snippets().filter(pk=snippet_id), by=int)


def _of_project(
    repository_type: RepositoryType, project: Project, *, asked_for: str | None = None
) -> Container:
    suffix = SUFFIXES.get(repository_type, "")
    return Container(
        type=repository_type,
        full_path=project.full_path,
        project=project,
        redirected_path=_redirected(asked_for, project.full_path + suffix),
    )


def _of_group(group: Namespace, *, asked_for: str | None = None) -> Container:
    return Container(
        type=RepositoryType.GROUP_WIKI,
        full_path=group.full_path,
        group=group,
        redirected_path=_redirected(asked_for, group.full_path + WIKI),
    )


def _of_snippet(snippet: Snippet, *, asked_for: str | None = None) -> Container:
    path = f"snippets/{snippet.pk}"
    if snippet.project:
        path = f"{snippet.project.full_path}/{path}"
    return Container(
        type=RepositoryType.SNIPPET,
        full_path=path,
        project=snippet.project,
        snippet=snippet,
        redirected_path=_redirected(asked_for, path),
    )


def _redirected(asked_for: str | None, path: str) -> str | None:
    return asked_for if asked_for and asked_for.lower() != path.lower() else None
