"""Keeping a record of the Git commands that have run, where the instance wants one."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from apps.git_access.access import authorize, reading
from apps.git_access.context.attempt import Action, Attempt, Command
from apps.git_access.matching import addresses
from apps.git_access.models import GitAuditEvent, GitVerb
from apps.git_access.repositories.ids import RepositoryId

ACTIONS = frozenset({Action.UPLOAD_PACK, Action.RECEIVE_PACK})


class UnknownAction(ValueError):
    """The action is none that is recorded."""


class NotNeeded(Exception):
    """The instance keeps no records."""


@dataclass(frozen=True, slots=True)
class Negotiation:
    """How many revisions the client wanted, and how many it had; zero where nobody counted."""

    wants: int = 0
    haves: int = 0


def record(
    command: Command, repository: RepositoryId, negotiation: Negotiation, *, now: datetime
) -> GitAuditEvent:
    """Record a command, once it is certain that it may run.

    Raises:
        UnknownAction: the command is none that is recorded.
        Refusal: the command may not run.
        NotNeeded: the instance keeps no records.
    """
    if command.action not in ACTIONS:
        raise UnknownAction
    attempt = authorize.decide(reading.attempt_of(command, repository, now=now))
    if not settings.GIT_AUDIT_EVENTS_ENABLED:
        raise NotNeeded
    return _store(attempt, verb(command, negotiation))


def verb(command: Command, negotiation: Negotiation) -> GitVerb:
    """Return what the command did: who wants something and has nothing clones."""
    if command.is_push:
        return GitVerb.PUSH
    return GitVerb.CLONE if negotiation.wants > 0 and negotiation.haves == 0 else GitVerb.PULL


def _store(attempt: Attempt, verb: GitVerb) -> GitAuditEvent:
    command, user, key = attempt.command, attempt.facts.checked_user, attempt.facts.key
    address = addresses.address(command.check_ip) if command.check_ip else None
    return GitAuditEvent.objects.create(
        user_id=user.id if user else None,
        username=user.username if user else "",
        key_id=key.id if key else None,
        gl_repository=command.gl_repository or "",
        protocol=command.protocol[:16],
        action=command.action,
        verb=verb,
        address=str(address or "")[:64],
        correlation_id=command.correlation_id,
        created_at=attempt.now,
    )
