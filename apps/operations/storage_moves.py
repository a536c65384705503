"""Moving the repositories of a project to another Gitaly storage, in steps that can be resumed.

Pushes are refused from the beginning to the switch; whoever reads goes on reading. A move that fails gives
the project back as it was. One that is killed leaves its row: begun again it goes on, ``abandon`` ends it.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from django.conf import settings
from django.db import transaction

from apps.core.counting import counted
from apps.core.gitaly.client import Gitaly
from apps.core.gitaly.failures import RepositoryNotFound
from apps.directory.models import Project
from apps.git_access.models import StorageMove
from apps.git_access.pushes import reference_counter
from apps.git_access.repositories.containers import Container
from apps.operations.deletion.repositories import of_project
from apps.operations.move_leases import holding

_PAUSE = 0.5
Tell = Callable[[str], None]


class Immovable(ValueError):
    """The project cannot go there, or not now; nothing is changed, and the message says why."""


@dataclass(frozen=True, slots=True)
class Part:
    """One repository of the project: its id, such as ``project-3``, and the bytes that it takes."""

    gl_repository: str
    size: int


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move has done; ``kept`` are repositories that still lie in the source, each with the reason."""

    source: str
    target: str
    repositories: tuple[str, ...]
    kept: dict[str, str]


def plan(project: Project, *, storage: str) -> list[Part]:
    """Return what would move; both Gitalys are asked, nothing is changed.

    Raises:
        Immovable: it cannot go there.
        GitalyFailure: one of them does not answer.
    """
    move = StorageMove.objects.filter(project=project).first()
    _check(project, storage, move)
    source = move.source if move else project.storage
    for container in of_project(project):
        _at(container, storage).repository_exists()
    found = _existing(project, source)
    return [Part(each.gl_repository, _at(each, source).repository_size()) for each in found]


def move(
    project: Project, *, storage: str, patience: float, keep_source: bool = False, tell: Tell = lambda _: None
) -> Moved:
    """Copy, compare, switch, and remove the source, unless it shall be kept.

    ``patience`` are the seconds that pushes under way have to end in; ``tell`` is told of each step.

    Raises:
        Immovable, Held: it cannot go there, pushes do not end, or the copy is not like the source.
        GitalyFailure: a Gitaly did not do its part.
    """
    row = _begin(project, storage)
    with holding(row):
        if not row.switched:
            try:
                _copy(row, patience=patience, tell=tell)
            except BaseException:
                _give_back(row)
                raise
            _switch(row)
            tell(f"{row.target} counts now")
        kept = {} if keep_source else _clear_source(row)
        row.delete()
    return Moved(row.source, row.target, tuple(row.checksums), kept)


def abandon(project: Project) -> StorageMove:
    """End a move that was killed: the source counts, and pushes are taken as before it.

    Raises:
        Immovable, Held: there is none, somebody works on it, or the target counts already.
    """
    row = StorageMove.objects.filter(project=project).first()
    if row is None:
        raise Immovable(f"{project.full_path} is not being moved.")
    if row.switched:
        raise Immovable(f"{project.full_path} is on {row.target} already; begin again to clear {row.source}.")
    with holding(row):
        _give_back(row)
    return row


def _check(project: Project, storage: str, row: StorageMove | None) -> None:
    if storage not in settings.GITALY_STORAGES:
        known = ", ".join(settings.GITALY_STORAGES) or "none"
        raise Immovable(f"GITALY_STORAGES does not name {storage}; it names: {known}.")
    if project.pending_delete:
        raise Immovable(f"{project.full_path} is being deleted.")
    if row and row.target != storage:
        raise Immovable(f"{project.full_path} is on its way to {row.target}; finish that, or abandon it.")
    if not row and project.storage == storage:
        raise Immovable(f"{project.full_path} is on {storage} already.")
    source = row.source if row else project.storage
    if source not in settings.GITALY_STORAGES:
        raise Immovable(f"GITALY_STORAGES does not name {source}, where the project is.")


@transaction.atomic
def _begin(project: Project, storage: str) -> StorageMove:
    """Refuse pushes from now on; or return the move that was broken off."""
    row = StorageMove.objects.filter(project=project).first()
    _check(project, storage, row)
    if row:
        return row
    row = StorageMove.objects.create(
        project=project, source=project.storage, target=storage, was_read_only=project.repository_read_only
    )
    Project.objects.filter(pk=project.pk).update(repository_read_only=True)
    return row


def _copy(row: StorageMove, *, patience: float, tell: Tell) -> None:
    """Copy every repository and compare it, while no push is under way."""
    project, checksums = row.project, {}
    _await_pushes(project, patience=patience, tell=tell)
    for container in _existing(project, row.source):
        tell(f"copying {container.gl_repository} to {row.target}")
        _at(container, row.target).replicate_from(row.source)
        before, after = (_at(container, name).calculate_checksum() for name in (row.source, row.target))
        if before != after:
            name = container.gl_repository
            raise Immovable(f"The copy of {name} is not like it: {after}, not {before}. Begin again.")
        checksums[container.gl_repository] = before
        tell(f"{container.gl_repository} is the same on both: {before}")
    if _pushes(project):
        raise Immovable("A push has begun meanwhile. Begin again.")
    row.checksums = checksums


@transaction.atomic
def _switch(row: StorageMove) -> None:
    row.switched = True
    row.save(update_fields=["switched", "checksums"])
    _release(row, storage=row.target)


@transaction.atomic
def _give_back(row: StorageMove) -> None:
    _release(row, storage=row.source)
    StorageMove.objects.filter(pk=row.pk).delete()


def _release(row: StorageMove, *, storage: str) -> None:
    """Let pushes go on as before, where the repositories are."""
    chosen = Project.objects.filter(pk=row.project_id)
    chosen.update(storage=storage, repository_read_only=row.was_read_only)


def _clear_source(row: StorageMove) -> dict[str, str]:
    """Remove what was copied; a source that has changed since stays, with the reason."""
    kept = {}
    for container in of_project(row.project):
        name, gitaly = container.gl_repository, _at(container, row.source)
        if name not in row.checksums:
            continue
        with suppress(RepositoryNotFound):  # an earlier run has removed it
            if gitaly.calculate_checksum() == row.checksums[name]:
                gitaly.remove_repository()
            else:
                kept[name] = "it was written to after the copy"
    return kept


def _await_pushes(project: Project, *, patience: float, tell: Tell) -> None:
    end = time.monotonic() + patience
    told = False
    while running := _pushes(project):
        if time.monotonic() > end:
            raise Immovable(f"{counted(running, 'push is', 'pushes are')} under way still; try again later.")
        if not told:
            tell(f"waiting for {counted(running, 'push', 'pushes')} to end")
            told = True
        time.sleep(_PAUSE)


def _pushes(project: Project) -> int:
    return sum(reference_counter.value(container.id) for container in of_project(project))


def _existing(project: Project, storage: str) -> list[Container]:
    return [each for each in of_project(project) if _at(each, storage).repository_exists()]


def _at(container: Container, storage: str) -> Gitaly:
    """Ask about the repository as it is, or would be, on this storage."""
    return Gitaly(repository=replace(container.repository, storage_name=storage), primary_only=True)
