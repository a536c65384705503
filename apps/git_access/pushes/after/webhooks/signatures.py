"""The signature of Standard Webhooks: HMAC-SHA256 over id, time and body.

Twenty lines of the standard library; the convention's own package brings more dependencies than that.
"""

import base64
import binascii
import hashlib
import hmac

PREFIX = "whsec_"


def headers(*, secret: str, message_id: str, at: int, body: bytes) -> dict[str, str]:
    """Return the headers of a message that is sent at ``at``, in Unix seconds; unsigned without a secret."""
    named = {"webhook-id": message_id, "webhook-timestamp": str(at)}
    if secret:
        signed = f"{message_id}.{at}.".encode() + body
        digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
        named["webhook-signature"] = f"v1,{base64.b64encode(digest).decode()}"
    return named


def _key(secret: str) -> bytes:
    """Return the bytes that a secret stands for; one of another form stands for itself."""
    if secret.startswith(PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            pass
    return secret.encode()
