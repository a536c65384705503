"""How large a project is: measured after each push, for the limits of the next one."""

from django.db.models import Sum

from apps.core.gitaly.client import Gitaly
from apps.directory.models import Project, ProjectStatistics
from apps.git_access.models import LfsObject
from apps.git_access.repositories import containers
from apps.git_access.repositories.ids import RepositoryId, RepositoryType


def measure(*, project_id: int, correlation_id: str) -> None:
    """Store the sizes of a project's repository and of its files in LFS.

    Raises:
        GitalyFailure: Gitaly does not say; the job tries again.
    """
    container = containers.of_id(RepositoryId(RepositoryType.PROJECT, project_id))
    if container is None:
        return
    gitaly = Gitaly(repository=container.repository, correlation_id=correlation_id)
    size = gitaly.repository_size()
    files = LfsObject.objects.filter(projects=project_id).aggregate(size=Sum("size"))["size"] or 0
    if Project.objects.filter(pk=project_id).exists():
        ProjectStatistics.objects.update_or_create(
            project_id=project_id, defaults={"repository_size": size, "lfs_objects_size": files}
        )
