"""When each secret was last used on this host, so that an operator knows when an old one may go.

The modification time of an empty file in ``DATA`` says it, for all processes. A process touches the file at
most once a minute; every other use costs one look into a dictionary.
"""

import time
from datetime import UTC, datetime
from pathlib import Path

import structlog
from django.conf import settings
from django.utils.crypto import salted_hmac

INTERVAL = 60  # seconds: what is recorded may be older than the last use by as much

log = structlog.get_logger(__name__)
_noted: dict[bytes, float] = {}


def note(secret: bytes) -> None:
    """Record that somebody has just used a secret."""
    now = time.monotonic()
    if now - _noted.get(secret, -INTERVAL) < INTERVAL:
        return
    _noted[secret] = now
    try:
        path = _file(secret)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.touch(mode=0o600)
    except OSError:
        log.warning("the use of a secret could not be recorded", exc_info=True)


def last(secret: bytes) -> datetime | None:
    """Return when a secret was last used, to the minute; ``None``: never, as far as this host knows."""
    try:
        return datetime.fromtimestamp(_file(secret).stat().st_mtime, UTC)
    except FileNotFoundError:
        return None


def forget(secret: bytes) -> None:
    """Remove the record of a secret that no longer counts."""
    _file(secret).unlink(missing_ok=True)


def identifier(secret: bytes) -> str:
    """Return 8 digits that name a secret on every host of the instance and tell nothing about it."""
    return salted_hmac("name of a secret", secret, algorithm="sha256").hexdigest()[:8]


def _file(secret: bytes) -> Path:
    return Path(settings.DATA) / "secret_uses" / identifier(secret)
