"""Gitaly's second token format: proof of the shared token, good for 30 seconds around ``at``."""

import hashlib
import hmac


def authorization(*, token: str, at: int) -> str:
    """Return the ``authorization`` metadata for one call made at ``at``, in Unix seconds."""
    issued = str(at)
    signature = hmac.new(token.encode(), issued.encode(), hashlib.sha256).hexdigest()
    return f"Bearer v2.{signature}.{issued}"
