"""Whether LFS is on: who of the instance, the project and its namespaces decides."""

from collections.abc import Iterable

from django.conf import settings


def is_on(project_says: bool | None, namespaces_say: Iterable[bool]) -> bool:
    """Whether LFS is on: the instance, then the project, then the nearest namespace that says anything."""
    if not settings.LFS_ENABLED:
        return False
    return next(iter(namespaces_say), True) if project_says is None else project_says
