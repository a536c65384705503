"""The whole examination, in an order in which the first finding is most likely the cause of the others."""

from collections.abc import Callable, Iterator
from datetime import datetime

from apps.operations.doctor import credentials, data, storages, work
from apps.operations.doctor.finding import Finding

Check = Callable[..., Iterator[Finding]]
CHECKS: dict[str, Check] = {
    "configuration": credentials.configuration,
    "disk": data.disk,
    "database": data.database,
    "migrations": data.migrations,
    "clock": data.clock,
    "shared store": data.shared_store,
    "secrets": credentials.secrets,
    "stored secrets": credentials.stored,
    "gitaly": storages.gitaly,
    "workers": work.workers,
    "queue": work.queue,
    "stuck jobs": work.stuck_jobs,
    "static files": data.static_files,
}


def of(name: str, *, now: datetime) -> list[Finding]:
    """Return what one check finds; one that cannot be made is a finding too."""
    try:
        return list(CHECKS[name](now=now))
    except Exception as error:  # whatever is broken, the others are still examined
        reason = next(iter(str(error).splitlines()), "")
        fact = f"It could not be examined: {type(error).__name__}: {reason}"
        return [Finding(fact, "Make what it needs reachable; the first such line names the cause.")]
