"""The repository of an attempt as Gitaly names it."""

from apps.core.gitaly.client import Gitaly
from apps.core.gitaly.repository import Repository
from apps.core.gitaly.servers import Server, UnknownStorage, server_of
from apps.directory.models.projects import default_storage_name
from apps.git_access.context.attempt import Attempt, Quarantine
from apps.git_access.context.deadline import NO_GITALY, CheckTimer
from apps.git_access.context.facts import Facts
from apps.git_access.context.refusals import Unavailable
from apps.git_access.repositories.ids import RepositoryId


def repository_id(facts: Facts) -> RepositoryId:
    """Return the id of the container that was found."""
    if facts.container_id is None:
        raise LookupError("nothing was found")
    return RepositoryId(facts.type, facts.container_id)


def storage_name(facts: Facts) -> str:
    """Return the Gitaly storage that holds the repository; of a group's wiki the default one."""
    owner = facts.snippet or facts.project
    return owner.storage if owner else default_storage_name()


def server(facts: Facts) -> Server:
    """Return the Gitaly server that holds the repository.

    Raises:
        Unavailable: none is configured for its storage.
    """
    storage = storage_name(facts)
    try:
        return server_of(storage)
    except UnknownStorage:
        raise Unavailable(NO_GITALY) from None


def of(facts: Facts, quarantine: Quarantine) -> Repository:
    """Return the repository, with the push's quarantine."""
    found = repository_id(facts)
    return Repository(
        storage_name=storage_name(facts),
        relative_path=found.relative_path(disk_path=facts.project.disk_path if facts.project else ""),
        git_object_directory=quarantine.object_directory,
        git_alternate_object_directories=tuple(quarantine.alternates or ()),
        gl_repository=found.gl_repository,
        gl_project_path=facts.full_path or "",
    )


def of_push(attempt: Attempt, timer: CheckTimer) -> Gitaly:
    """Return Gitaly's answers about the repository, within what is left of the budget."""
    command = attempt.command
    return Gitaly(
        repository=of(attempt.facts, command.quarantine),
        seconds_left=timer.seconds_left,
        correlation_id=command.correlation_id,
        primary_only=True,
        relative_path=command.relative_path or "",
    )
