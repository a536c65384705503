"""Whether an SSH key is still good: its type, its length, its expiry."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from apps.git_access.context.facts import KeyFacts
from apps.ssh_keys.public_keys import TECHNOLOGY

FORBIDDEN = -1  # the setting that forbids a type
EXPIRES_SOON = "INFO: Your SSH key expires soon. Please generate a new key."
SOON = timedelta(days=7)


def invalidity(key: KeyFacts, restrictions: Mapping[str, int]) -> str | None:
    """Return why the key may not be used, for ``Your SSH key …``; else ``None``.

    Args:
        key: the key.
        restrictions: by technology the least length in bits, 0 for any, -1 for a type that is forbidden.
    """
    technology = TECHNOLOGY.get(key.algorithm)
    if technology is None:
        return "is not a valid SSH key"
    if restrictions[technology] == FORBIDDEN:
        allowed = [name.upper() for name, least in restrictions.items() if least != FORBIDDEN]
        return f"type is forbidden. Must be {_alternatives(allowed)}"
    if key.bits < restrictions[technology]:
        return f"must be at least {restrictions[technology]} bits"
    return None


def has_expired(key: KeyFacts, *, now: datetime) -> bool:
    """Whether the key's time is over."""
    return key.expires_at is not None and key.expires_at <= now


def expires_soon(key: KeyFacts, *, now: datetime) -> bool:
    """Whether the key's time is over within a week."""
    return key.expires_at is not None and now < key.expires_at < now + SOON


def _alternatives(names: list[str]) -> str:
    """Join as people do: ``A``, ``A or B``, ``A, B, or C``."""
    if len(names) < 3:
        return " or ".join(names)
    return f"{', '.join(names[:-1])}, or {names[-1]}"
