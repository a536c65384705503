"""Whether LFS is on: who of the instance, the project and its namespaces decides."""

from collections.abc import Iterable


def is_on(*, instance: bool, project: bool | None, namespaces: Iterable[bool]) -> bool:
    """Whether LFS is on: the instance, then the project, then the nearest namespace that says anything.

    Args:
        instance: the instance's setting; off is off for all.
        project: the project's own switch; ``None`` leaves it to the namespaces.
        namespaces: the switches of the namespaces that have one, the nearest first.
    """
    if not instance:
        return False
    return next(iter(namespaces), True) if project is None else project
