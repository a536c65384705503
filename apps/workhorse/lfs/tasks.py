"""What the worker does after uploads, and once an hour. Every job may run twice."""

from django.db.models import Sum
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from apps.directory.models import ProjectStatistics
from apps.git_access.lfs import pruning
from apps.git_access.models import LfsObjectLink


@task()
def measure_files(project_id: int) -> None:
    """Store the size of a project's files in LFS, in bytes, for the limit of its next push."""
    total = LfsObjectLink.objects.filter(project_id=project_id).aggregate(size=Sum("lfs_object__size"))
    size = total["size"] or 0
    ProjectStatistics.objects.update_or_create(project_id=project_id, defaults={"lfs_objects_size": size})


def measure_later(project_id: int) -> None:
    """Have the files of a project measured, once for all uploads that come before that."""
    waiting = DBTaskResult.objects.filter(
        task_path=measure_files.module_path,
        status=TaskResultStatus.READY,
        args_kwargs={"args": [project_id], "kwargs": {}},
    )
    if not waiting.exists():
        measure_files.enqueue(project_id)


@task()
def sweep_uploads() -> None:
    """Remove the uploads of more than a day ago that nobody has finished, in every store."""
    for files in pruning.all_files(now=timezone.now()):
        for _ in files.remove_leftovers():
            pass
