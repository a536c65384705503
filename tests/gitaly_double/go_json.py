"""JSON as Go's standard encoder writes it: no spaces, and escapes that keep HTML harmless."""

import json
import re
from typing import Any

_ESCAPED = {
    "<": r"\u003c",
    ">": r"\u003e",
    "&": r"\u0026",
    "\u2028": r"\u2028",
    "\u2029": r"\u2029",
    "\ufffd": r"\ufffd",
}
_ESCAPES = re.compile("[<>&\u2028\u2029\ufffd]")
_BAD_BYTE = re.compile("[\udc80-\udcff]")


def encode(value: Any) -> bytes:
    """Encode a value; dictionaries keep their order, as Go's structs do."""
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _ESCAPES.sub(lambda match: _ESCAPED[match[0]], plain).encode()


def text(raw: bytes) -> str:
    """Read bytes as Go's encoder does: every byte that is not UTF-8 becomes one U+FFFD."""
    return _BAD_BYTE.sub("\ufffd", raw.decode(errors="surrogateescape"))
