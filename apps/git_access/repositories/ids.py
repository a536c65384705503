"""What a repository is called: its type and container, its ``gl_repository``, its paths."""

import enum
import re
from dataclasses import dataclass

from apps.core.gitaly import repository as disk
from apps.core.identifiers import MAX_ID

_ID = r"(?P<id>[1-9][0-9]{0,18})"


class RepositoryType(enum.StrEnum):
    """Whose Git repository it is."""

    PROJECT = "project"
    PROJECT_WIKI = "wiki"
    GROUP_WIKI = "group-wiki"
    SNIPPET = "snippet"
    DESIGN = "design"


_FORMS = (
    (RepositoryType.PROJECT, re.compile(rf"project-{_ID}")),
    (RepositoryType.PROJECT_WIKI, re.compile(rf"wiki-{_ID}")),
    (RepositoryType.PROJECT_WIKI, re.compile(rf"project-{_ID}-wiki")),
    (RepositoryType.GROUP_WIKI, re.compile(rf"group-{_ID}-wiki")),
    (RepositoryType.SNIPPET, re.compile(rf"snippet-{_ID}")),
    (RepositoryType.DESIGN, re.compile(rf"design-{_ID}")),
)
_NAMES = {
    RepositoryType.PROJECT: "project-{}",
    RepositoryType.PROJECT_WIKI: "wiki-{}",
    RepositoryType.GROUP_WIKI: "group-{}-wiki",
    RepositoryType.SNIPPET: "snippet-{}",
    RepositoryType.DESIGN: "design-{}",
}


# What follows the container's path in the path of such a repository.
WIKI = ".wiki"
DESIGN = ".design"
SUFFIXES = {
    RepositoryType.PROJECT_WIKI: WIKI,
    RepositoryType.GROUP_WIKI: WIKI,
    RepositoryType.DESIGN: DESIGN,
}
_HASHED_PATHS = {
    RepositoryType.PROJECT: disk.project_path,
    RepositoryType.PROJECT_WIKI: disk.wiki_path,
    RepositoryType.GROUP_WIKI: disk.group_wiki_path,
    RepositoryType.SNIPPET: disk.snippet_path,
    RepositoryType.DESIGN: disk.design_path,
}


class MalformedRepository(ValueError):
    """The text is no ``gl_repository``."""


@dataclass(frozen=True, slots=True)
class RepositoryId:
    """A type and the id of its container: a project, a group or a snippet."""

    type: RepositoryType
    container_id: int

    @property
    def gl_repository(self) -> str:
        """The one name of this repository; ``project-3-wiki`` is another name of ``wiki-3``."""
        return _NAMES[self.type].format(self.container_id)

    def relative_path(self, *, disk_path: str = "") -> str:
        """Where the repository lies in its storage; a project may have a disk path of its own."""
        if disk_path and self.type != RepositoryType.SNIPPET:
            return f"{disk_path}{SUFFIXES.get(self.type, '')}.git"
        return _HASHED_PATHS[self.type](self.container_id)


def parse(gl_repository: str) -> RepositoryId:
    """Read a ``gl_repository``.

    Raises:
        MalformedRepository: unknown type, no positive decimal id, or another number of parts.
    """
    for repository_type, form in _FORMS:
        match = form.fullmatch(gl_repository)
        if match and int(match["id"]) <= MAX_ID:
            return RepositoryId(repository_type, int(match["id"]))
    raise MalformedRepository(gl_repository)
