"""One finished push: count it down, record it with its job, and collect what the pusher is told."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import structlog
from django.db import InterfaceError, InternalError, OperationalError, transaction

from apps.git_access.pushes import (
    broadcasts,
    journal,
    merge_request_links,
    merge_request_options,
    reference_counter,
)
from apps.git_access.pushes.after import pushed_refs
from apps.git_access.pushes.records import Push, record
from apps.git_access.repositories import containers, notices
from apps.git_access.repositories.containers import Container
from apps.ssh_keys import actors
from apps.ssh_keys.actors import Actor, Claim

log = structlog.get_logger(__name__)

# What says that the database takes nothing now; anything else is a fault of ours.
_AWAY = (OperationalError, InterfaceError, InternalError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What Gitaly is told; alerts are shown before everything else."""

    counter_decreased: bool
    alerts: tuple[str, ...]
    messages: tuple[str, ...]


def finish(push: Push, *, now: datetime) -> Outcome:
    """Count the push down, record it, and return what the pusher is told, whoever and whatever it is.

    A push that the database does not take is journaled: Gitaly does not ask again.
    """
    receipt = uuid4()
    try:
        actor = actors.find(Claim(identifier=push.identifier))
        with transaction.atomic():
            # A counter that is kept in this database falls only together with the record.
            decreased = reference_counter.decrease(push.repository)
            record(push, actor=actor, receipt=receipt, now=now)
    except _AWAY:
        log.exception("a finished push could not be recorded")
        journal.keep(push, receipt=receipt, now=now)
        return Outcome(counter_decreased=True, alerts=(), messages=())
    return _told(push, actor=actor, counter_decreased=decreased, now=now)


def _told(push: Push, *, actor: Actor, counter_decreased: bool, now: datetime) -> Outcome:
    """Collect what the pusher is told; without a database that is nothing: the push is recorded."""
    try:
        container = containers.of_id(push.repository)
        alerts = tuple(filter(None, _alerts(push, actor=actor, container=container, now=now)))
        messages = tuple(filter(None, _messages(push, actor=actor, container=container)))
    except _AWAY:
        log.warning("nothing is told after a push", exc_info=True)
        alerts = messages = ()
    return Outcome(counter_decreased=counter_decreased, alerts=alerts, messages=messages)


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
