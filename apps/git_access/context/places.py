"""How many pushes of a process may wait for Gitaly at once; those beyond are refused with a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from apps.core import waiting
from apps.git_access.context.refusals import Exhausted

BUSY = "Too many pushes are waiting for Gitaly at the moment. Try again later."


@contextmanager
def one() -> Iterator[None]:
    """Take one of the process's places for the length of a block.

    Raises:
        Exhausted: none is free, and none has become free for a while.
    """
    try:
        with waiting.places().one():
            yield
    except waiting.Crowded as crowded:
        raise Exhausted(BUSY) from crowded
