"""The record of a finished push, and the job that follows it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.git_access.models import PushRecord
from apps.git_access.pushes.push_options import PushOptions
from apps.git_access.pushes.tasks import process_push
from apps.git_access.repositories.ids import RepositoryId
from apps.ssh_keys.actors import Actor

_MAX_IDENTIFIER = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedPush:
    """What Gitaly says about a push that has been accepted."""

    repository: RepositoryId
    identifier: str | None
    changes: str
    options: PushOptions
    correlation_id: str


def record(push: FinishedPush, *, actor: Actor, receipt: UUID, now: datetime) -> None:
    """Record a push and its job, in the caller's transaction: neither is lost without the other.

    Raises:
        IntegrityError: the push of this receipt has been recorded already.
    """
    row = PushRecord.objects.create(
        receipt=receipt,
        gl_repository=push.repository.gl_repository,
        identifier=(push.identifier or "")[:_MAX_IDENTIFIER],
        user=actor.user,
        deploy_key=actor.deploy_key,
        changes=push.changes,
        push_options=push.options.parsed,
        correlation_id=push.correlation_id,
        received_at=now,
    )
    process_push.enqueue(record_id=row.pk, correlation_id=push.correlation_id)
