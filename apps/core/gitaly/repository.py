"""A repository as Gitaly names it, and where the repositories of each container lie on disk."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Repository:
    """One repository on one storage.

    The two object directories are relative to the repository. A push that is still in quarantine names
    them; without them its new objects are invisible.
    """

    storage_name: str
    relative_path: str
    git_object_directory: str = ""
    git_alternate_object_directories: tuple[str, ...] = ()
    gl_repository: str = ""
    gl_project_path: str = ""


def project_path(project_id: int) -> str:
    """Return the relative path of a project's repository."""
    return _hashed("@hashed", project_id, ".git")


def wiki_path(project_id: int) -> str:
    """Return the relative path of a project's wiki."""
    return _hashed("@hashed", project_id, ".wiki.git")


def design_path(project_id: int) -> str:
    """Return the relative path of a project's designs."""
    return _hashed("@hashed", project_id, ".design.git")


def group_wiki_path(group_id: int) -> str:
    """Return the relative path of a group's wiki."""
    return _hashed("@groups", group_id, ".wiki.git")


def snippet_path(snippet_id: int) -> str:
    """Return the relative path of a snippet, personal or of a project."""
    return _hashed("@snippets", snippet_id, ".git")


def _hashed(prefix: str, identifier: int, suffix: str) -> str:
    digest = hashlib.sha256(str(identifier).encode()).hexdigest()
    return f"{prefix}/{digest[:2]}/{digest[2:4]}/{digest}{suffix}"
