"""Jobs: counted by how they end, timed, and spanned where traces are configured."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from apps.core.observability import tracing
from apps.core.observability.instruments import JOB_SECONDS, JOBS


@contextmanager
def observed(task: str, *, outcome: Callable[[], str]) -> Iterator[None]:
    """Observe one job; how it ended is asked at its end."""
    started = time.perf_counter()
    with tracing.job(f"job {task}", task=task):
        yield
        tracing.annotate(outcome=outcome())
    JOBS.labels(task, outcome()).inc()
    JOB_SECONDS.labels(task).observe(time.perf_counter() - started)
