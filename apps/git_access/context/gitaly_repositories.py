"""The repository of an attempt as Gitaly names it."""

from apps.core.gitaly.client import Gitaly
from apps.core.gitaly.repository import Repository
from apps.git_access.context.attempt import Attempt, Quarantine
from apps.git_access.context.deadline import CheckTimer
from apps.git_access.context.facts import Facts
from apps.git_access.repositories.ids import RepositoryId
from apps.git_access.repositories.storages import storage_of


def repository_id(facts: Facts) -> RepositoryId:
    """Return the id of the container that was found."""
    if facts.container_id is None:
        raise LookupError("nothing was found")
    return RepositoryId(facts.type, facts.container_id)


def storage_name(facts: Facts) -> str:
    """Return the Gitaly storage that holds the repository."""
    return storage_of(snippet=facts.snippet, project=facts.project)


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
