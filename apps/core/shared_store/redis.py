"""The shared store on Redis or Valkey."""

from uuid import uuid4

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

PREFIX = "gitlab_internal:"
PATIENCE = 1  # second, of a probe

# One step on the server: two commands could race.
_DECREASE = """
local value = redis.call('DECR', KEYS[1])
if value < 0 then redis.call('DEL', KEYS[1]) end
return value
"""
_COUNT_WITHIN = """
local value = redis.call('INCR', KEYS[1])
if value == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return value
"""


class RedisStore:
    """Keys carry the service's prefix; the connection pool is opened by the process that uses it."""

    def __init__(self, url: str) -> None:
        self._client = redis.Redis.from_url(
            url, decode_responses=True, socket_connect_timeout=2, socket_timeout=5
        )
        # A full Redis and a replica answer a ping, too. Whoever asks for health is told soon.
        self._probing = redis.Redis.from_url(
            url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE, retry=Retry(NoBackoff(), 0)
        )
        self._decrease = self._client.register_script(_DECREASE)
        self._count_within = self._client.register_script(_COUNT_WITHIN)

    def increase(self, key: str, *, lifetime: int) -> int:
        """Add 1, begin the lifetime anew, and return the sum."""
        with self._client.pipeline(transaction=True) as pipeline:
            pipeline.incr(PREFIX + key)
            pipeline.expire(PREFIX + key, lifetime)
            return int(pipeline.execute()[0])

    def count_within(self, key: str, *, window: int) -> int:
        """Add 1 within a window that the first call opens, and return the sum."""
        return int(self._count_within(keys=[PREFIX + key], args=[window]))

    def decrease(self, key: str) -> bool:
        """Subtract 1; the lifetime goes on. Below zero the counter is removed: ``False``."""
        return int(self._decrease(keys=[PREFIX + key])) >= 0

    def count(self, key: str) -> int:
        """Return the counter's value; 0 when there is none."""
        return int(self._client.get(PREFIX + key) or 0)

    def put(self, key: str, value: str, *, lifetime: int) -> None:
        """Keep a text."""
        self._client.set(PREFIX + key, value, ex=lifetime)

    def get(self, key: str) -> str | None:
        """Return a text that is still alive."""
        value = self._client.get(PREFIX + key)
        return None if value is None else str(value)

    def take(self, *keys: str) -> dict[str, str]:
        """Return the texts of these keys that are still alive, and forget them: each is read once."""
        with self._client.pipeline(transaction=True) as pipeline:
            for key in keys:
                pipeline.getdel(PREFIX + key)
            values = pipeline.execute()
        return {key: value for key, value in zip(keys, values, strict=True) if value is not None}

    def forget(self, key: str) -> None:
        """Remove a text or a counter."""
        self._client.delete(PREFIX + key)

    def ping(self) -> bool:
        """Whether the store takes a write, within two seconds."""
        key = f"{PREFIX}probe:{uuid4().hex}"
        try:
            with self._probing.pipeline(transaction=True) as pipeline:
                pipeline.set(key, "", ex=PATIENCE)
                pipeline.delete(key)
                return all(pipeline.execute())
        except redis.RedisError:
            return False
