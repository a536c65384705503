"""What follows a finished push: its events, and what its project learns from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction

from apps.directory.models import Namespace, Project, Snippet
from apps.git_access.context.changes import Change
from apps.git_access.models import EventKind, PushEvent, PushRecord
from apps.git_access.pushes.after import kas_events, pushed_refs
from apps.git_access.pushes.after.tasks import measure_project, settle_default_branch
from apps.git_access.pushes.after.webhooks import messages
from apps.git_access.repositories import containers, ids
from apps.git_access.repositories.containers import Container
from apps.git_access.repositories.ids import RepositoryType

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pushed:
    """A push to a repository that exists, by somebody who is known."""

    record: PushRecord
    container: Container
    changes: tuple[Change, ...]


def process(*, record_id: int, now: datetime) -> None:
    """Do everything that follows a push, once, however often and wherever this is called."""
    record = PushRecord.objects.waiting().filter(pk=record_id).first()
    if record is None:
        return
    pushed = _pushed(record)
    with transaction.atomic():
        # Of two workers with the same push, the second one waits here and then finds nothing to do.
        if not PushRecord.objects.waiting().filter(pk=record_id).update(processed_at=now):
            return
        if pushed:
            _note(pushed, now=now)
        _announce(record)


def _announce(record: PushRecord) -> None:
    """Let kas know of changed branches and tags of a project, whoever has pushed them."""
    repository = ids.parse(record.gl_repository)
    if repository and repository.type == RepositoryType.PROJECT and pushed_refs.read(record.changes):
        kas_events.announce(project_id=repository.container_id, correlation_id=record.correlation_id)


def _pushed(record: PushRecord) -> _Pushed | None:
    container = containers.of_id(ids.parse(record.gl_repository))
    if container is None:
        log.warning("push to an unknown repository", record_id=record.pk, gl_repository=record.gl_repository)
        return None
    if record.user_id is None:
        return None
    return _Pushed(record=record, container=container, changes=pushed_refs.read(record.changes))


def _default_branch_is_open(project: Project, changes: tuple[Change, ...]) -> bool:
    """Whether the push leaves something to settle: no branch is the default, or that one has come or gone."""
    if not project.default_branch:
        return any(change.branch for change in changes)
    of_default = [change for change in changes if change.branch == project.default_branch]
    return any(change.is_creation or change.is_deletion for change in of_default)


def _note(pushed: _Pushed, *, now: datetime) -> None:
    container = pushed.container
    match container.type:
        case RepositoryType.PROJECT:
            PushEvent.objects.bulk_create(_events(pushed))
            _note_project(pushed, now=now)
        case RepositoryType.PROJECT_WIKI:
            _note_wiki(pushed)
            Project.objects.filter(pk=container.id.container_id).update(wiki_repository_exists=True)
        case RepositoryType.GROUP_WIKI:
            _note_wiki(pushed)
            Namespace.objects.filter(pk=container.id.container_id).update(wiki_repository_exists=True)
        case RepositoryType.SNIPPET:
            snippets = Snippet.objects.filter(pk=container.id.container_id)
            snippets.update(updated_at=now, repository_exists=True)


def _note_project(pushed: _Pushed, *, now: datetime) -> None:
    record, project = pushed.record, pushed.container.project
    assert project is not None  # noqa: S101 -- the type of the container says so
    Project.objects.filter(pk=project.pk).update(last_repository_updated_at=now, repository_exists=True)
    if _default_branch_is_open(project, pushed.changes):
        settle_default_branch.enqueue(record_id=record.pk, correlation_id=record.correlation_id)
    messages.enqueue(record, project, pushed.changes)
    measure_project.enqueue(project_id=project.pk, correlation_id=record.correlation_id)


def _note_wiki(pushed: _Pushed) -> None:
    """A wiki has one event, whatever its refs."""
    record, changes = pushed.record, pushed.changes
    PushEvent.objects.create(record=record, kind=EventKind.PUSHED, ref_count=max(1, len(changes)))
    if any(change.branch and change.is_creation for change in changes):
        settle_default_branch.enqueue(record_id=record.pk, correlation_id=record.correlation_id)


def _events(pushed: _Pushed) -> Iterator[PushEvent]:
    record, changes = pushed.record, pushed.changes
    if len(changes) > settings.PUSH_EVENT_ACTIVITIES_LIMIT:
        yield PushEvent(record=record, kind=EventKind.BULK, ref_count=len(changes))
        return
    for position, change in enumerate(changes):
        yield PushEvent(
            record=record,
            position=position,
            kind=_kind(change),
            ref=change.ref,
            old_revision=change.old,
            new_revision=change.new,
        )


def _kind(change: Change) -> EventKind:
    if change.is_deletion:
        return EventKind.REMOVED
    return EventKind.CREATED if change.is_creation else EventKind.PUSHED
