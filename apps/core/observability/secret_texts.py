"""Secrets as they look in a text: taken out of every log line, whoever wrote it and under whatever name."""

import base64
import math
import re
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings

from apps.core.secret_files import SecretPair, pair

REDACTED = "[redacted]"
SECONDS = 1.0  # after which a secret that is new is known here, too
NAMES = frozenset(
    {
        "secret_token",
        "private_token",
        "access_token",
        "access_key",
        "csrf_token",
        "token",
        "password",
        "passwd",
        "otp_attempt",
        "otp_secret",
        "recovery_codes",
        "authorization",
        "lfs_token",
        "gitlab-shared-secret",
    }
)
# In a URL, up to the last @: a password may hold one that nobody has escaped, and a name alone be a token.
USER_INFORMATION = re.compile(r"(?<=://)[^/?#\s]+(?=@)")
_NAMED = re.compile(
    rf"""\b({"|".join(sorted(NAMES))})(["']?\s*[=:]\s*["']?)(?:(?:bearer|basic)\s+)?[^\s"'&,;}}]+""",
    re.IGNORECASE,
)
_SHAPED = re.compile(
    r"""
    \beyJ[\w-]{6,}\.[\w-]+(?:\.[\w-]*)?                # a signed token (JWT)
    | \bgl[a-z]{2,10}-[\w-]{16,}                       # GitLab's tokens say what they are
    | \bv2\.[0-9a-f]{64}\.\d+                          # what opens a Gitaly
    | \bAAAA[\w+/%-]{40,}=*                            # the blob of an SSH key
    | \b(?:[Bb]earer|[Bb]asic)\s+[\w.~+/=-]{8,}
    | (?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Z])[\w-]{40,}(?![\w-])  # long and random
    """,
    re.VERBOSE,
)


def without_secrets(text: str) -> str:
    """Return ``text`` with everything in it that is, or looks like, a secret struck out."""
    return _struck_out(text, _lately_shared())


@lru_cache(maxsize=256)  # of paths that are asked for again and again
def _struck_out(text: str, shared: tuple[str, ...]) -> str:
    text = USER_INFORMATION.sub(REDACTED, text)
    text = _SHAPED.sub(REDACTED, _NAMED.sub(rf"\1\2{REDACTED}", text))
    for secret in shared:
        text = text.replace(secret, REDACTED)
    return text


def without_secrets_in(value: Any) -> Any:
    """Return a value of a log line, strings at any depth and values of secret names struck out."""
    match value:
        case str():
            return without_secrets(value)
        case Mapping():
            return {
                name: REDACTED if str(name).lower() in NAMES else without_secrets_in(held)
                for name, held in value.items()
            }
        case list() | tuple():
            return [without_secrets_in(held) for held in value]
        case _:
            return value


def _lately_shared() -> tuple[str, ...]:
    """What the secret files held within the last second: six files are not looked at for every line."""
    global _seen  # noqa: PLW0603 -- replaced as one; threads read and write it at any moment
    now, (moment, texts) = time.monotonic(), _seen
    if now - moment > SECONDS:
        texts = _shared()
        _seen = (now, texts)
    return texts


_seen: tuple[float, tuple[str, ...]] = (-math.inf, ())


def _shared() -> tuple[str, ...]:
    """What the secret files hold at this moment, as it is and in Base64, as it travels."""
    contents = (content for held in (_shell(), _kas(), _workhorse()) for content in held.contents())
    own = (settings.SECRET_KEY,) if settings.SECRET_KEY else ()
    return (*(form for content in contents for form in _as_it_travels(content)), *own)


@lru_cache(maxsize=16)
def _as_it_travels(content: bytes) -> tuple[str, ...]:
    secret = content.strip()
    encoded = (base64.b64encode(form).decode().rstrip("=") for form in (secret, content))
    return (secret.decode(errors="replace"), *encoded)


def _shell() -> SecretPair:
    return pair(settings.SHELL_SECRET_FILE, settings.SHELL_PREVIOUS_SECRET_FILE)


def _kas() -> SecretPair:
    return pair(settings.KAS_SECRET_FILE, settings.KAS_PREVIOUS_SECRET_FILE)


def _workhorse() -> SecretPair:
    return pair(settings.WORKHORSE_SECRET_FILE, settings.WORKHORSE_PREVIOUS_SECRET_FILE)
