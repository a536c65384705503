"""One finished push: count it down, record it with its job, and collect what the pusher is told."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from apps.git_access.models import PushRecord
from apps.git_access.pushes import broadcasts, merge_request_links, merge_request_options, reference_counter
from apps.git_access.pushes.after import pushed_refs
from apps.git_access.pushes.push_options import PushOptions
from apps.git_access.pushes.tasks import process_push
from apps.git_access.repositories import containers, notices
from apps.git_access.repositories.containers import Container
from apps.git_access.repositories.ids import RepositoryId
from apps.ssh_keys import actors
from apps.ssh_keys.actors import Actor, Claim

_MAX_IDENTIFIER = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What Gitaly says about a push that has been accepted."""

    repository: RepositoryId
    identifier: str | None
    changes: str
    options: PushOptions
    correlation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What Gitaly is told; alerts are shown before everything else."""

    counter_decreased: bool
    alerts: tuple[str, ...]
    messages: tuple[str, ...]


def finish(push: Push, *, now: datetime) -> Outcome:
    """Count the push down, record it, and return what the pusher is told, whoever and whatever it is."""
    actor = actors.find(Claim(identifier=push.identifier))
    with transaction.atomic():
        # A counter that is kept in this database falls only together with the record.
        decreased = reference_counter.decrease(push.repository)
        _record(push, actor=actor, now=now)
    container = containers.of_id(push.repository)
    return Outcome(
        counter_decreased=decreased,
        alerts=tuple(filter(None, _alerts(push, actor=actor, container=container, now=now))),
        messages=tuple(filter(None, _messages(push, actor=actor, container=container))),
    )


def _record(push: Push, *, actor: Actor, now: datetime) -> None:
    """Record the push and its job, in the caller's transaction: neither is lost without the other."""
    record = PushRecord.objects.create(
        gl_repository=push.repository.gl_repository,
        identifier=(push.identifier or "")[:_MAX_IDENTIFIER],
        user=actor.user,
        deploy_key=actor.deploy_key,
        changes=push.changes,
        push_options=push.options.parsed,
        correlation_id=push.correlation_id,
        received_at=now,
    )
    process_push.enqueue(record_id=record.pk, correlation_id=push.correlation_id)


def _alerts(push: Push, *, actor: Actor, container: Container | None, now: datetime) -> Iterator[str | None]:
    project = container.project if container else None
    yield broadcasts.banner(project=project, user=actor.user, now=now)
    yield merge_request_options.warning(
        push.options,
        container=container,
        user=actor.user,
        changes=pushed_refs.read(push.changes),
        on=now.date(),
    )


def _messages(push: Push, *, actor: Actor, container: Container | None) -> Iterator[str]:
    yield from merge_request_links.messages(container, pushed_refs.read(push.changes))
    if actor.user and container:
        yield from notices.take(user_id=actor.user.pk, repository=push.repository)
