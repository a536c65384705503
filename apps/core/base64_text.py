"""Base64 as clients send it."""

import base64
import re

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


def decode_leniently(text: str) -> bytes:
    """Decode Base64; characters outside the alphabet are dropped, missing padding is tolerated."""
    characters = _NOT_BASE64.sub(b"", text.encode("utf-8", "replace"))
    if len(characters) % 4 == 1:
        characters = characters[:-1]
    return base64.b64decode(characters + b"=" * (-len(characters) % 4))
