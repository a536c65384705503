"""What the worker does to delete. A job works for a few seconds and queues the next one: pushes go first."""

import time

from django_tasks import task

from apps.operations.deletion.subjects import SubjectKind, UnknownSubject, by_id

SECONDS = 5.0


@task(priority=-40)
def delete(kind: str, number: int, keep_repository: bool) -> None:
    """Delete a part of a user, group or project, or the last of it."""
    try:
        subject = by_id(SubjectKind(kind), number)
    except UnknownSubject:
        return  # an earlier run came to the end
    from apps.operations.deletion import removing  # noqa: PLC0415 -- gRPC: a tenth of a command that only enqueues

    end = time.monotonic() + SECONDS
    for _ in removing.steps(subject, keep_repository=keep_repository):
        if time.monotonic() > end:
            delete.enqueue(kind, number, keep_repository)
            return
