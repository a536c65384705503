"""Steps that concern the repository: does it exist, may the actor know of it."""

from apps.directory.access_levels import has_level_below
from apps.directory.models import AccessLevel
from apps.directory.paths import names_project
from apps.git_access.context.attempt import Attempt
from apps.git_access.context.refusals import Hidden
from apps.git_access.policy import projects
from apps.git_access.repositories.ids import RepositoryType

PROJECT_NOT_FOUND = (
    "The project you were looking for could not be found or you don't have permission to view it."
)
NAMESPACE_NOT_FOUND = "The namespace you were looking for could not be found."
WIKI_NOT_FOUND = "The wiki you were looking for could not be found."
GROUP_NOT_FOUND = "The group you were looking for could not be found."
SNIPPET_NOT_FOUND = "The snippet you were looking for could not be found."

_WIKIS = frozenset({RepositoryType.PROJECT_WIKI, RepositoryType.GROUP_WIKI})


def snippet_exists(attempt: Attempt) -> None:
    """Step 3: there is such a snippet."""
    if attempt.type == RepositoryType.SNIPPET and attempt.facts.snippet is None:
        raise Hidden(SNIPPET_NOT_FOUND)


def namespace_in_path(attempt: Attempt) -> None:
    """Step 13b: the path of a project has a namespace in it."""
    if attempt.type != RepositoryType.PROJECT or attempt.facts.project:
        return
    if attempt.path is None or not names_project(attempt.path):
        raise Hidden(NAMESPACE_NOT_FOUND)


def container_exists(attempt: Attempt) -> None:
    """Step 15: there is such a project or group."""
    if attempt.facts.container_id is None:
        raise Hidden(WIKI_NOT_FOUND if attempt.type in _WIKIS else PROJECT_NOT_FOUND)


def project_readable(attempt: Attempt) -> None:
    """Step 16: the actor may know of the project."""
    project = attempt.facts.project
    if project and not projects.may_read(attempt.facts, project, check_ip=attempt.command.check_ip):
        raise Hidden(WIKI_NOT_FOUND if attempt.type in _WIKIS else PROJECT_NOT_FOUND)


def group_readable(attempt: Attempt) -> None:
    """Step 16b: the actor may know of the group."""
    if attempt.type == RepositoryType.GROUP_WIKI and not _may_read_group(attempt):
        raise Hidden(GROUP_NOT_FOUND)


def _may_read_group(attempt: Attempt) -> bool:
    facts, group = attempt.facts, attempt.facts.namespace
    if group is None or projects.is_outside(facts, check_ip=attempt.command.check_ip):
        return False
    user = facts.checked_user
    if facts.checked_level >= AccessLevel.GUEST:
        return True
    if projects.is_open_to(user, visibility_level=group.visibility_level):
        return True
    return user is not None and has_level_below(user_id=user.id, group_id=group.id, on=attempt.now.date())
