"""Shutting what shall be deleted, and queueing the job that does it."""

from django.db import transaction

from apps.directory import users
from apps.directory.models import Project, User
from apps.operations.deletion import preview, tasks
from apps.operations.deletion.subjects import Subject, SubjectKind


class NoGitaly(ValueError):
    """A repository lies where no Gitaly is configured for, so nobody could remove it."""


@transaction.atomic
def begin(subject: Subject, *, keep_repository: bool = False) -> str:
    """Refuse pushes from now on, queue the job, and return the job's id.

    Raises:
        Irreplaceable: an internal user, or the last administrator.
        NoGitaly: its repositories cannot be removed, and shall not be kept.
    """
    unknown = preview.unknown_storages(subject)
    if unknown and not keep_repository:
        names = ", ".join(unknown)
        raise NoGitaly(f"No Gitaly is configured for storage {names}: name it, or keep the repositories.")
    if subject.kind == SubjectKind.USER:
        users.block(User.objects.get(pk=subject.id))
    subject.namespaces().update(archived=True)
    if subject.kind == SubjectKind.PROJECT:
        Project.objects.filter(pk=subject.id).update(pending_delete=True, archived=True)
    job = tasks.delete.enqueue(subject.kind.value, subject.id, keep_repository)
    return str(job.id)
