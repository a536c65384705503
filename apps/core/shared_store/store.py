"""Which store an instance uses: Redis where ``REDIS_URL`` is set, else its own database."""

from functools import cache
from typing import Protocol

from django.conf import settings
from django.db import DatabaseError

from apps.core.shared_store.database import DatabaseStore


class SharedStore(Protocol):
    """Counters and short texts by key. Every call is one atomic step; lifetimes are seconds.

    What the store underneath raises when it cannot be reached is in ``failures()``.
    """

    def increase(self, key: str, *, lifetime: int) -> int:
        """Add 1, begin the lifetime anew, and return the sum."""
        ...

    def count_within(self, key: str, *, window: int) -> int:
        """Add 1 within a window that the first call opens, and return the sum."""
        ...

    def decrease(self, key: str) -> bool:
        """Subtract 1; the lifetime goes on. Below zero the counter is removed: ``False``."""
        ...

    def count(self, key: str) -> int:
        """Return the counter's value; 0 when there is none."""
        ...

    def put(self, key: str, value: str, *, lifetime: int) -> None:
        """Keep a text."""
        ...

    def get(self, key: str) -> str | None:
        """Return a text that is still alive."""
        ...

    def take(self, *keys: str) -> dict[str, str]:
        """Return the texts of these keys that are still alive, and forget them: each is read once."""
        ...

    def forget(self, key: str) -> None:
        """Remove a text or a counter."""
        ...

    def ping(self) -> bool:
        """Whether the store takes a write, within two seconds."""
        ...


def store() -> SharedStore:
    """Return the instance's shared store."""
    return _redis_store(settings.REDIS_URL) if settings.REDIS_URL else DatabaseStore()


def failures() -> tuple[type[Exception], ...]:
    """Return what the store raises when it cannot be reached, to stand behind ``except``."""
    if not settings.REDIS_URL:
        return (DatabaseError,)
    import redis  # noqa: PLC0415 -- as in _redis_store

    return (DatabaseError, redis.RedisError)


@cache
def _redis_store(url: str) -> SharedStore:
    # Loading the client takes a tenth of a command's start, and most instances have no Redis.
    from apps.core.shared_store.redis import RedisStore  # noqa: PLC0415

    return RedisStore(url)
