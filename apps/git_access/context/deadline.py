"""The time that one decision may take, and what the person who waited for it is told when it runs out."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from apps.core.gitaly.failures import (
    LONGEST_DETAIL,
    GitalyDeadlineExceeded,
    GitalyExhausted,
    GitalyFailure,
)
from apps.core.observability import request_facts
from apps.git_access.context.refusals import Exhausted, Unavailable

BUDGET = 50.0  # seconds
TIMED_OUT = "Push operation timed out"
TIMING = "Timing information for debugging purposes:"
NO_GITALY = "The git server, Gitaly, is not available at this time. Please contact your administrator."
EXHAUSTED = "Upstream Gitaly has been exhausted. Try again later"


class CheckTimer:
    """Measures the checks of one call and stops them when the budget is spent.

    Raises ``Unavailable`` with the timing of every block when a block begins too late or a call to Gitaly in
    it runs out of time.
    """

    def __init__(self, *, budget: float | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + (BUDGET if budget is None else budget)
        self._lines: list[str] = []

    def seconds_left(self) -> float:
        """Return the seconds that are left of the budget, never less than 0."""
        return max(0.0, self._end - self._clock())

    def note(self, line: str) -> None:
        """Write a line of its own, such as the ref that is looked at."""
        self._lines.append(line)

    @contextmanager
    def block(self, title: str) -> Iterator[None]:
        """Measure one block; one that is interrupted ends the blocks around it, too."""
        started = self._clock()
        if self.seconds_left() == 0:
            raise self._expired(f"{title} (cancelled)")
        try:
            yield
        except (GitalyDeadlineExceeded, Unavailable) as failure:
            _note(failure)
            cancelled = f"{title} (cancelled after {_milliseconds(self._clock() - started)})"
            raise self._expired(cancelled) from None
        self._lines.append(f"{title} ({_milliseconds(self._clock() - started)})")

    @contextmanager
    def told(self) -> Iterator[None]:
        """Tell what has been measured also when time runs out between two blocks."""
        try:
            yield
        except GitalyDeadlineExceeded as failure:
            _note(failure)
            raise self._expired() from None

    def _expired(self, *lines: str) -> Unavailable:
        self._lines += lines
        return Unavailable("\n".join([TIMED_OUT, "", TIMING, *self._lines]))


def _milliseconds(seconds: float) -> str:
    return f"{round(seconds * 1000, 2)}ms"


@contextmanager
def gitaly_answers() -> Iterator[None]:
    """Turn what goes wrong with Gitaly into what its user is told."""
    try:
        with _noted():
            yield
    except GitalyExhausted as failure:
        raise Exhausted(EXHAUSTED) from failure
    except GitalyDeadlineExceeded as failure:
        # Outside every block: there is nothing to time.
        raise Unavailable(f"{TIMED_OUT}\n\n{TIMING}") from failure
    except GitalyFailure as failure:
        raise Unavailable(NO_GITALY) from failure


@contextmanager
def _noted() -> Iterator[None]:
    try:
        yield
    except GitalyFailure as failure:
        _note(failure)
        raise


def _note(failure: Exception) -> None:
    """Let the request's log line name the cause."""
    if not isinstance(failure, GitalyFailure):
        return
    cause = failure.cause
    request_facts.note(
        gitaly_code=cause.code if cause else None,
        gitaly_detail=(cause.detail if cause else str(failure))[:LONGEST_DETAIL],
        gitaly_storage=cause.storage if cause else None,
        gitaly_call=cause.call if cause else None,
    )
