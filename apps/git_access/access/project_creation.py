"""Pushing to a path where no project is creates it, private and empty."""

from django.conf import settings
from django.db import IntegrityError, transaction

from apps.core.gitaly.failures import GitalyFailure
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
from apps.git_access.context.facts import NamespaceFacts, UserFacts
from apps.git_access.context.refusals import Exhausted, NotCreated
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
        and not projects.is_outside(facts, check_ip=command.check_ip)
        and _may_create(user, facts.namespace, level=facts.level)
    )


def create(attempt: Attempt) -> None:
    """Create the project and its repository.

    Raises:
        NotCreated: the path is not legal or taken, or the repository cannot be made.
    """
    facts = attempt.facts
    if facts.user is None or facts.namespace is None or attempt.path is None:
        raise LookupError("nothing to create")
    segment = attempt.path.rpartition("/")[2]
    faults = project_path_faults(segment)
    if Project.objects.filter(namespace_id=facts.namespace.id, name=segment).exists():
        faults.append(NAME_TAKEN)
    if faults:
        raise NotCreated(_text(faults))
    project = _insert(facts.namespace.id, segment, creator_id=facts.user.id)
    try:
        with places.of_process().one():
            new_repositories.create(project, correlation_id=attempt.command.correlation_id)
    except (GitalyFailure, Exhausted):
        project.delete()
        raise
    notices.remember_creation(
        user_id=facts.user.id,
        repository=RepositoryId(RepositoryType.PROJECT, project.pk),
        path=project.full_path,
        protocol=attempt.command.protocol,
    )


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
