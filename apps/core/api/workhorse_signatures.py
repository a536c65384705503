"""Workhorse proves that it has read its secret file: it signs a short list of claims.

The token that every request carries has no time in it and is the same as long as the secret is: whoever
reads it in a log can ask for every Gitaly address. It is never logged, and never answered.
"""

import time
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from apps.core import secret_files, secret_uses
from apps.core.api import signed_tokens

HEADER = "Gitlab-Workhorse-Api-Request"
ISSUER = "gitlab-workhorse"
LEEWAY = 60  # seconds, where a token does have times


def signed(token: str) -> Mapping[str, Any] | None:
    """Return the claims of a token that Workhorse has signed, compared in constant time, or ``None``."""
    for content, key in _keys():
        claims = _remembered.claims_of(token, key)
        if claims is not None and signed_tokens.hold(claims, issuer=ISSUER, leeway=LEEWAY, now=time.time()):
            secret_uses.note(content)
            return claims
    return None


# The token of every request is shorter than that; those of an upload are longer, and come once.
_remembered = signed_tokens.Remembered(signed_tokens.claims_of, most=8, longest=256)


def _keys() -> list[tuple[bytes, bytes]]:
    """The contents of the secret files that count, each with the key that it stands for."""
    pair = secret_files.pair(settings.WORKHORSE_SECRET_FILE, settings.WORKHORSE_PREVIOUS_SECRET_FILE)
    return signed_tokens.keys_of(pair, component="Workhorse")
