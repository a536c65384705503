"""What the instance says about itself."""

from dataclasses import dataclass

import structlog
from django.conf import settings

from apps.core.shared_store import write_probe
from apps.core.shared_store.store import store

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Instance:
    """Version, revision, and whether a push could be counted and recorded."""

    version: str
    revision: str
    store_answers: bool


def describe() -> Instance:
    """Return the state of this instance; it never fails."""
    return Instance(
        version=settings.GITLAB_VERSION,
        revision=settings.GITLAB_REVISION,
        store_answers=_store_answers(),
    )


def _store_answers() -> bool:
    """Whether a push can be counted and recorded."""
    try:
        if settings.REDIS_URL:
            write_probe.write()
        return store().ping()
    except Exception:
        # Whatever a driver raises, the answer to the question is no.
        log.exception("a push could not be counted or recorded")
        return False
