"""How many pushes to a repository are under way, so that maintenance keeps off it.

A push that dies after its pre-receive call is never counted down; the lifetime is the cure.
"""

import structlog

from apps.core.observability.instruments import REFERENCE_COUNTER
from apps.core.shared_store.store import failures, store
from apps.git_access.repositories.ids import RepositoryId

LIFETIME = 600  # seconds, begun anew by every push

log = structlog.get_logger(__name__)


def increase(repository: RepositoryId) -> bool:
    """Count a push; ``False`` when the store failed, which makes Gitaly reject the push."""
    try:
        store().increase(_key(repository), lifetime=LIFETIME)
    except failures():
        log.exception("reference counter not increased", gl_repository=repository.gl_repository)
        REFERENCE_COUNTER.labels("increase", "failed").inc()
        return False
    REFERENCE_COUNTER.labels("increase", "done").inc()
    return True


def decrease(repository: RepositoryId) -> bool:
    """Count a push as finished; ``False`` when the store failed."""
    try:
        counted = store().decrease(_key(repository))
    except failures():
        log.exception("reference counter not decreased", gl_repository=repository.gl_repository)
        REFERENCE_COUNTER.labels("decrease", "failed").inc()
        return False
    REFERENCE_COUNTER.labels("decrease", "done" if counted else "below_zero").inc()
    if not counted:
        log.warning("reference counter below zero", gl_repository=repository.gl_repository)
    return True


def value(repository: RepositoryId) -> int:
    """Return the number of pushes under way."""
    return store().count(_key(repository))


def _key(repository: RepositoryId) -> str:
    return f"git-receive-pack-reference-counter:{repository.gl_repository}"
