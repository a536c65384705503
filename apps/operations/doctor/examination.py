"""The whole examination, in an order in which the first finding is most likely the cause of the others."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from apps.operations.doctor import certificates, credentials, data, lfs_files, storages, work
from apps.operations.doctor.finding import Diagnosis

Check = Callable[..., Iterator[Diagnosis]]
CHECKS: dict[str, Check] = {
    "configuration": credentials.configuration,
    "disk": data.disk,
    "database": data.database,
    "migrations": data.migrations,
    "clock": data.clock,
    "shared store": data.shared_store,
    "secrets": credentials.secrets,
    "stored secrets": credentials.stored,
    "certificates": certificates.certificates,
    "gitaly": storages.gitaly,
    "LFS store": lfs_files.lfs_store,
    "LFS files": lfs_files.lfs_files,
    "workers": work.workers,
    "queue": work.queue,
    "stuck jobs": work.stuck_jobs,
    "journal": work.journal,
    "static files": data.static_files,
}


# What takes long, and is done for those who ask for everything.
IN_FULL: dict[str, Check] = {"LFS files": partial(lfs_files.lfs_files, everything=True)}


def of(name: str, *, now: datetime, in_full: bool = False) -> list[Diagnosis]:
    """Return what one check finds; one that cannot be made is a finding too."""
    check = IN_FULL.get(name, CHECKS[name]) if in_full else CHECKS[name]
    try:
        return list(check(now=now))
    except Exception as error:  # whatever is broken, the others are still examined
        reason = next(iter(str(error).splitlines()), "")
        fact = f"It could not be examined: {type(error).__name__}: {reason}"
        return [Diagnosis(fact, "Make what it needs reachable; the first such line names the cause.")]
