"""What is said about merge-request options: what is wrong with them, else that nothing is created."""

from collections.abc import Iterator
from datetime import date

import structlog

from apps.core.gitaly.client import Gitaly
from apps.core.gitaly.failures import GitalyFailure
from apps.directory.models import FeatureLevel, Project, User
from apps.git_access.context.changes import Change
from apps.git_access.context.facts import Question, readers
from apps.git_access.policy import projects
from apps.git_access.pushes.push_options import PushOptions
from apps.git_access.repositories.containers import Container
from apps.git_access.repositories.ids import RepositoryId, RepositoryType
from apps.ssh_keys.actors import Lookup

MAX_BRANCHES = 10
NOTHING_CREATED = "The merge_request push options were ignored: this server creates no merge requests."

log = structlog.get_logger(__name__)


def warning(
    options: PushOptions,
    *,
    container: Container | None,
    user: User | None,
    changes: tuple[Change, ...],
    on: date,
) -> str | None:
    """Return what the pusher is told about the options; ``None`` when there are none."""
    if not options.merge_request or container is None:
        return None
    errors = list(_errors(options, container=container, user=user, changes=changes, on=on))
    if not errors:
        return NOTHING_CREATED
    names = " ".join(f"'{option}'" for option in options.raw)
    reasons = "\n\n".join(errors)
    return f"WARNINGS:\nError encountered with push options {names}: {reasons}"


def _errors(
    options: PushOptions,
    *,
    container: Container,
    user: User | None,
    changes: tuple[Change, ...],
    on: date,
) -> Iterator[str]:
    project = container.project
    if container.type != RepositoryType.PROJECT or project is None:
        yield "Push options are only supported for projects"
        return
    if user is None:
        yield "User is required"
        return
    target = _target_project(options, source=project)
    if target is None or not all(_is_open(each, user=user, on=on) for each in {project, target}):
        yield "User access was denied"
        return
    if target != project:
        yield f"Projects {project.full_path} and {target.full_path} are not in the same network"
    if target.merge_requests_access_level == FeatureLevel.DISABLED:
        yield f"Merge requests are not enabled for project {target.full_path}"
    yield from _branch_errors(options, project=project, target=target, changes=changes)


def _target_project(options: PushOptions, *, source: Project) -> Project | None:
    path = options.text("target_project")
    if path is None:
        return source
    return Project.objects.select_related("namespace", "route").at_path(path).first()


def _is_open(project: Project, *, user: User, on: date) -> bool:
    repository = RepositoryId(RepositoryType.PROJECT, project.pk)
    facts = readers.read(Question(actor=Lookup(user_id=user.pk), repository=repository, on=on))
    return facts.project is not None and projects.may_download_code(facts, facts.project)


def _branch_errors(
    options: PushOptions, *, project: Project, target: Project, changes: tuple[Change, ...]
) -> Iterator[str]:
    branches = {change.branch for change in changes if change.branch and not change.is_deletion}
    if "target" not in options.merge_request:
        branches.discard(project.default_branch)
    if len(branches) > MAX_BRANCHES:
        yield f"Too many branches pushed ({len(branches)} were pushed, limit is {MAX_BRANCHES})"
    branch = options.text("target")
    if branch is not None and not _branch_exists(target, branch):
        yield f"Target branch {target.full_path}:{branch} does not exist"


def _branch_exists(project: Project, branch: str) -> bool:
    container = Container(type=RepositoryType.PROJECT, full_path=project.full_path, project=project)
    try:
        return Gitaly(repository=container.repository).ref_exists(f"refs/heads/{branch}")
    except GitalyFailure:
        log.warning("target branch not checked", project_id=project.pk, exc_info=True)
        return True
