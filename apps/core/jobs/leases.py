"""Signs of life of the workers. They are kept beside the queue, so that both are lost or kept together."""

from django.conf import settings

from apps.core.shared_store.database import DatabaseStore

PREFIX = "worker:"


def renew(worker_id: str) -> None:
    """Say that the worker lives; what it runs is its own for the next ``JOB_LEASE`` seconds."""
    DatabaseStore().put(_key(worker_id), "alive", lifetime=settings.JOB_LEASE)


def release(worker_id: str) -> None:
    """Say that the worker runs nothing any more."""
    DatabaseStore().forget(_key(worker_id))


def is_alive(worker_id: str) -> bool:
    """Whether the worker has given a sign of life in time."""
    return DatabaseStore().get(_key(worker_id)) is not None


def _key(worker_id: str) -> str:
    return f"{PREFIX}{worker_id}"
