"""Whether this process can do its work: everything that a request needs is looked at, and how it fares."""

import enum
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from apps.core import secret_files
from apps.core.gitaly import reachability
from apps.core.jobs import heartbeats
from apps.core.postgresql import patience
from apps.core.shared_store import write_probe
from apps.core.shared_store.store import store

PATIENCE = 1.6  # seconds; a load balancer waits for two

log = structlog.get_logger(__name__)


class State(enum.StrEnum):
    """How one part fares. One that is degraded is worth a look; it stops no request."""

    OK = "ok"
    DEGRADED = "degraded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Readiness:
    """The state of each part, by its name."""

    checks: dict[str, State]

    @property
    def ready(self) -> bool:
        """Whether requests can be answered."""
        return State.FAILED not in self.checks.values()


def look(*, now: datetime) -> Readiness:
    """Look at every part, for ``PATIENCE`` at most; the log says why one fails."""
    until = time.monotonic() + PATIENCE
    checks: dict[str, State] = {}
    with patience.at_most(PATIENCE / 2):
        for name, check in {**REQUIRED, **_wished(now)}.items():
            otherwise = State.FAILED if name in REQUIRED else State.DEGRADED
            if name in OF_THE_DATABASE and checks[DATABASE] == State.FAILED and not _reads_without_waiting():
                checks[name] = otherwise  # asking again would take as long again
            else:
                checks[name] = _state(name, check, until, otherwise=otherwise)
    return Readiness(checks)


def _state(name: str, check: Callable[[], bool], until: float, *, otherwise: State) -> State:
    """Look at one part; one that there is no time left for counts as one that does not answer."""
    if time.monotonic() > until:
        return otherwise
    try:
        if check():
            return State.OK
    except Exception:
        # Whatever a driver raises, the answer is no.
        log.warning("readiness check failed", check=name, exc_info=True)
        connection.close_if_unusable_or_obsolete()
    return otherwise


def _reads_without_waiting() -> bool:
    """Whether a database that takes no writes can still be read at once, as a locked file of SQLite."""
    return connection.vendor == "sqlite"


def _database_takes_writes() -> bool:
    write_probe.write()
    return True


_applied = threading.Event()


def _migrations_are_applied() -> bool:
    """Look until they are; then they stay, for this process knows of no others."""
    if not _applied.is_set():
        executor = MigrationExecutor(connection)
        if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
            _applied.set()
    return _applied.is_set()


def _store_takes_writes() -> bool:
    # The embedded store is the database, which was tried a moment ago.
    return store().ping() if settings.REDIS_URL else True


def _secret_is_there() -> bool:
    pair = secret_files.pair(settings.SHELL_SECRET_FILE, settings.SHELL_PREVIOUS_SECRET_FILE)
    return bool(pair.contents())


DATABASE = "database"
OF_THE_DATABASE = frozenset({"migrations", "worker"})
"""What is read there."""
REQUIRED: dict[str, Callable[[], bool]] = {
    DATABASE: _database_takes_writes,
    "migrations": _migrations_are_applied,
    "shared_store": _store_takes_writes,
    "secret_files": _secret_is_there,
}


def _wished(now: datetime) -> dict[str, Callable[[], bool]]:
    """What no answer has to wait for: pushes of other storages go on, and jobs wait for a worker."""
    wished: dict[str, Callable[[], bool]] = {"worker": lambda: bool(heartbeats.living(now=now))}
    if settings.GITALY_STORAGES:
        wished["gitaly"] = _gitaly_is_reachable
    return wished


def _gitaly_is_reachable() -> bool:
    return not reachability.unreachable(seconds=0.5)
