"""Steps that concern the repository: does it exist, may the actor know of it."""

from apps.directory.models import AccessLevel
from apps.directory.paths import names_project
from apps.git_access.context.attempt import Attempt
from apps.git_access.context.refusals import Hidden
from apps.git_access.context.step import Step
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
    """Step 3: refuse when there is no such snippet."""
    if attempt.type == RepositoryType.SNIPPET and attempt.facts.snippet is None:
        raise Hidden(SNIPPET_NOT_FOUND)


def namespace_in_path(attempt: Attempt) -> None:
    """Step 13b: refuse a path of a project that names no namespace."""
    if attempt.type != RepositoryType.PROJECT or attempt.facts.project:
        return
    if attempt.path is None or not names_project(attempt.path):
        raise Hidden(NAMESPACE_NOT_FOUND)


def container_exists(attempt: Attempt) -> None:
    """Step 15: refuse when there is no such project or group."""
    if attempt.facts.container_id is None:
        raise Hidden(WIKI_NOT_FOUND if attempt.type in _WIKIS else PROJECT_NOT_FOUND)


def project_readable(attempt: Attempt) -> None:
    """Step 16: refuse an actor who may not know of the project."""
    project = attempt.facts.project
    if project and not projects.may_read(
        attempt.facts,
        project,
        check_ip=attempt.command.check_ip,
        allowed_ips=attempt.settings.globally_allowed_ips,
    ):
        raise Hidden(WIKI_NOT_FOUND if attempt.type in _WIKIS else PROJECT_NOT_FOUND)


def group_readable(attempt: Attempt) -> None:
    """Step 16b: refuse an actor who may not know of the group."""
    if attempt.type == RepositoryType.GROUP_WIKI and not _may_read_group(attempt):
        raise Hidden(GROUP_NOT_FOUND)


def _may_read_group(attempt: Attempt) -> bool:
    facts, group = attempt.facts, attempt.facts.namespace
    allowed_ips = attempt.settings.globally_allowed_ips
    if group is None or projects.is_outside(
        facts, check_ip=attempt.command.check_ip, allowed_ips=allowed_ips
    ):
        return False
    return (
        facts.checked_level >= AccessLevel.GUEST
        or projects.is_open_to(facts.checked_user, visibility_level=group.visibility_level)
        or (facts.checked_user is not None and attempt.belongs_below)
    )


SNIPPET_EXISTS = Step(
    id="snippet-exists", text="the snippet exists", fault="there is no such snippet", run=snippet_exists
)
NAMESPACE_IN_PATH = Step(
    id="namespace-in-path",
    text="the path of a project names its namespace",
    fault="the path names no namespace",
    run=namespace_in_path,
)
CONTAINER_EXISTS = Step(
    id="container-exists",
    text="the project or group exists",
    fault="there is no such project or group",
    run=container_exists,
)
PROJECT_READABLE = Step(
    id="project-readable",
    text="the actor may know of the project",
    fault="the actor may not know of the project",
    run=project_readable,
)
GROUP_READABLE = Step(
    id="group-readable",
    text="the actor may know of the group",
    fault="the actor may not know of the group",
    run=group_readable,
)
