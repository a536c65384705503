"""One finished push: count it down, record it with its job, and collect what the pusher is told."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils.functional import cached_property

from apps.directory.models import Project
from apps.git_access.pushes import (
    broadcasts,
    journal,
    merge_request_links,
    merge_request_options,
    reference_counter,
)
from apps.git_access.pushes.after import pushed_refs
from apps.git_access.pushes.records import FinishedPush, record
from apps.git_access.repositories import containers, notices
from apps.git_access.repositories.containers import Container
from apps.ssh_keys import actors
from apps.ssh_keys.actors import Actor, Claim

log = structlog.get_logger(__name__)

# What says that the database takes nothing now; anything else is a fault of ours.
_AWAY = (OperationalError, InterfaceError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What Gitaly is told; alerts are shown before everything else."""

    counter_decreased: bool
    alerts: tuple[str, ...]
    messages: tuple[str, ...]


def finish(push: FinishedPush, *, now: datetime) -> Outcome:
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


def _told(push: FinishedPush, *, actor: Actor, counter_decreased: bool, now: datetime) -> Outcome:
    """Collect what the pusher is told; without a database that is nothing: the push is recorded."""
    told = _Told(push, actor, now)
    try:
        alerts, messages = tuple(filter(None, told.alerts())), tuple(told.messages())
    except _AWAY:
        log.warning("nothing is told after a push", exc_info=True)
        alerts = messages = ()
    return Outcome(counter_decreased=counter_decreased, alerts=alerts, messages=messages)


class _Told:
    """What the pusher is told; the repository's container is looked up for what needs it only."""

    def __init__(self, push: FinishedPush, actor: Actor, now: datetime) -> None:
        self._push = push
        self._actor = actor
        self._now = now

    def alerts(self) -> Iterator[str | None]:
        """What is shown before everything else."""
        user = self._actor.user
        yield broadcasts.banner(find_project=self._project, user=user, now=self._now)
        if self._push.options.merge_request:
            yield merge_request_options.warning(
                self._push.options,
                container=self._container,
                user=user,
                changes=pushed_refs.read(self._push.changes),
                on=self._now.date(),
            )

    def messages(self) -> Iterator[str]:
        """What is shown after that."""
        if settings.MERGE_REQUEST_URL:
            yield from merge_request_links.messages(self._container, pushed_refs.read(self._push.changes))
        if self._actor.user:
            yield from notices.take(user_id=self._actor.user.pk, repository=self._push.repository)

    def _project(self) -> Project | None:
        return self._container.project if self._container else None

    @cached_property
    def _container(self) -> Container | None:
        return containers.of_id(self._push.repository)
