"""Pushing to a path where no project is creates it, private and empty."""

from django.conf import settings
from django.db import IntegrityError, transaction

from apps.directory.models import (
    AccessLevel,
    Namespace,
    NamespaceKind,
    Project,
    ProjectCreation,
    User,
    Visibility,
)
from apps.directory.paths import project_path_faults
from apps.git_access.context import places
from apps.git_access.context.attempt import Attempt
from apps.git_access.context.deadline import gitaly_failures_refuse
from apps.git_access.context.facts import NamespaceFacts, UserFacts
from apps.git_access.context.refusals import NotCreated, Refusal
from apps.git_access.policy import projects
from apps.git_access.repositories import new_repositories, notices
from apps.git_access.repositories.ids import RepositoryId, RepositoryType

# Administrators have the owner's level everywhere, so they pass wherever anybody does; nobody: no row.
_LEAST_LEVELS = {
    ProjectCreation.MAINTAINERS: AccessLevel.MAINTAINER,
    ProjectCreation.DEVELOPERS: AccessLevel.DEVELOPER,
    ProjectCreation.OWNERS: AccessLevel.OWNER,
}
PATH_TAKEN = "Path has already been taken"
# Of a clone that uses SHA-256, all that Git says then is "unexpected capabilities^{}".
ONLY_SHA1 = (
    "INFO: {path} is new, and its objects are named by SHA-1. From a clone that uses SHA-256 this push "
    "fails; an administrator has to type first: manage.py project create-repository {path} "
    "--object-format sha256"
)
NAME_TAKEN = "Name has already been taken"


def is_due(attempt: Attempt) -> bool:
    """Whether this push is one that creates its project."""
    facts, command = attempt.facts, attempt.command
    user = facts.checked_user
    return (
        attempt.type == RepositoryType.PROJECT
        and facts.container_id is None
        and command.is_push
        and command.asks_beforehand
        and user is not None
        and facts.namespace is not None
        # The project would be unreadable from there, so the answer is that of one that does not exist.
        and not projects.is_outside(
            facts, check_ip=command.check_ip, allowed_ips=attempt.settings.globally_allowed_ips
        )
        and _may_create(user, facts.namespace, level=facts.level)
    )


def check(attempt: Attempt) -> None:
    """Step 14: refuse a path that no project may have, or that one has.

    Raises:
        NotCreated: with every fault.
    """
    namespace, segment = _target(attempt)
    faults = project_path_faults(segment)
    if Project.objects.filter(namespace_id=namespace.id, name=segment).exists():
        faults.append(NAME_TAKEN)
    if faults:
        raise NotCreated(_text(faults))


def create(attempt: Attempt) -> None:
    """Create the project and its repository, once ``check`` has passed.

    Raises:
        NotCreated: somebody else has just taken the path.
        Refusal: Gitaly cannot make the repository.
    """
    namespace, segment = _target(attempt)
    user = attempt.facts.user
    if user is None:
        raise LookupError("nobody creates a project")
    project = _insert(namespace.id, segment, creator_id=user.id)
    try:
        with gitaly_failures_refuse(), places.one():
            new_repositories.create(project, correlation_id=attempt.command.correlation_id)
    except Refusal:
        project.delete()
        raise
    notices.remember_creation(
        user_id=user.id,
        repository=RepositoryId(RepositoryType.PROJECT, project.pk),
        path=project.full_path,
        protocol=attempt.command.protocol,
    )


def _target(attempt: Attempt) -> tuple[NamespaceFacts, str]:
    """Return the namespace and the last part of the path."""
    if attempt.facts.namespace is None or attempt.path is None:
        raise LookupError("nothing to create")
    return attempt.facts.namespace, attempt.path.rpartition("/")[2]


def _insert(namespace_id: int, segment: str, *, creator_id: int) -> Project:
    namespace = Namespace.objects.select_related("route").get(pk=namespace_id)
    try:
        with transaction.atomic():
            return Project.objects.create(
                namespace=namespace,
                name=segment,
                path=segment,
                visibility_level=Visibility.PRIVATE,
                creator_id=creator_id,
            )
    except IntegrityError as error:
        raise NotCreated(_text([PATH_TAKEN])) from error


def _may_create(user: UserFacts, namespace: NamespaceFacts, *, level: int) -> bool:
    if user.external:
        return False
    if namespace.kind == NamespaceKind.USER:
        return (user.admin or namespace.owner_id == user.id) and _has_room(user)
    rule = namespace.project_creation_level
    rule = settings.DEFAULT_PROJECT_CREATION if rule is None else rule
    if rule == ProjectCreation.ADMINISTRATORS:
        return user.admin
    least = _LEAST_LEVELS.get(ProjectCreation(rule))
    return least is not None and level >= least


def _has_room(user: UserFacts) -> bool:
    limit = User.objects.values_list("projects_limit", flat=True).get(pk=user.id)
    return Project.objects.filter(namespace__owner_id=user.id).count() < limit


def _text(faults: list[str]) -> str:
    return f"Could not create project: {', '.join(faults)}"
