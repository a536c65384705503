"""The check of Gitaly's token: format, window of 30 seconds, signature."""

import hashlib
import hmac
import re

import grpc

from tests.gitaly_double.refusals import Refusal

WINDOW = 30  # seconds around the server's clock
_VERSION_2 = re.compile(r"Bearer v2\.([0-9a-f]{64})\.([0-9]+)")


def check(*, token: str | None, authorization: str, at: float) -> None:
    """Refuse a call that does not prove knowledge of the token; without one everybody may call."""
    if not token:
        return
    match = _VERSION_2.fullmatch(authorization)
    if match is None:
        raise Refusal(grpc.StatusCode.UNAUTHENTICATED, "authentication required")
    signature = hmac.new(token.encode(), match[2].encode(), hashlib.sha256).hexdigest()
    fresh = abs(at - int(match[2])) <= WINDOW
    if not (hmac.compare_digest(signature, match[1]) and fresh):
        raise Refusal(grpc.StatusCode.PERMISSION_DENIED, "permission denied")
