"""What a repository is called: its type and container, its ``gl_repository``, its paths."""

import enum
import re
from dataclasses import dataclass

from gitlab_internal.identifiers import MAX_ID

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
