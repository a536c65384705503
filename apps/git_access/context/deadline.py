"""The time that one decision may take, and what its user is told when it runs out."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from apps.core.gitaly.failures import (
    LONGEST_DETAIL,
    GitalyDeadlineExceeded,
    GitalyExhausted,
    GitalyFailure,
)
from apps.core.observability import request_facts
from apps.git_access.context.refusals import Exhausted, Refusal, Unavailable

BUDGET = 50.0  # seconds
TIMED_OUT = "Push operation timed out"
TIMING = "Timing information for debugging purposes:"
NO_GITALY = "The git server, Gitaly, is not available at this time. Please contact your administrator."
EXHAUSTED = "Upstream Gitaly has been exhausted. Try again later"


class Block:
    """One measured part of a check; ``with`` measures it.

    Raises ``Unavailable`` when it begins after the end of the budget, or a call to Gitaly in it runs out of
    time: the blocks around it end then, too.
    """

    __slots__ = ("_timer", "passed", "seconds", "title")

    def __init__(self, timer: "CheckTimer", title: str) -> None:
        self.title = title
        self.passed = False
        self.seconds: float | None = None
        self._timer = timer

    def __enter__(self) -> None:
        timer = self._timer
        now = timer.clock()
        if now >= timer.end:
            timer.lines.append(self)
            raise timer.expired()
        self.seconds = now

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        timer = self._timer
        self.seconds = timer.clock() - (self.seconds or 0.0)
        timer.lines.append(self)
        if kind is None:
            self.passed = True
        elif isinstance(error, (GitalyDeadlineExceeded, Unavailable)):
            _note(error)
            raise timer.expired() from None

    def __str__(self) -> str:
        if self.passed:
            return f"{self.title} ({_milliseconds(self.seconds)})"
        if self.seconds is None:
            return f"{self.title} (cancelled)"
        return f"{self.title} (cancelled after {_milliseconds(self.seconds)})"


class CheckTimer:
    """Measures the checks of one call and stops them when the budget is spent."""

    def __init__(self, *, budget: float | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.end = clock() + (BUDGET if budget is None else budget)
        self.lines: list[str | Block] = []
        """What has been measured, in the order in which it ended, between the notes."""

    def seconds_left(self) -> float:
        """Return the seconds that are left of the budget, never less than 0."""
        return max(0.0, self.end - self.clock())

    def note(self, line: str) -> None:
        """Write a line of its own, such as the ref that is looked at."""
        self.lines.append(line)

    def block(self, title: str) -> Block:
        """Return a block to measure with ``with``."""
        return Block(self, title)

    def expired(self) -> Unavailable:
        """Return the refusal that lists everything measured so far."""
        refusal = Unavailable("\n".join([TIMED_OUT, "", TIMING, *map(str, self.lines)]))
        refusal.rule = "time-limit"
        return refusal


def _milliseconds(seconds: float | None) -> str:
    return f"{round((seconds or 0.0) * 1000, 2)}ms"


@contextmanager
def gitaly_failures_refuse(timer: CheckTimer | None = None) -> Iterator[None]:
    """Turn what goes wrong with Gitaly into what its user is told; ``timer`` says what was measured."""
    try:
        yield
    except GitalyFailure as failure:
        _note(failure)
        raise _refusal(failure, timer) from failure


def _refusal(failure: GitalyFailure, timer: CheckTimer | None) -> Refusal:
    match failure:
        case GitalyExhausted():
            return Exhausted(EXHAUSTED)
        case GitalyDeadlineExceeded():
            return (timer or CheckTimer()).expired()
    return Unavailable(NO_GITALY)


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
