"""What makes two alerts the same: the SHA-1 of a text form of what came.

Fingerprints are stored and compared for ever, so the text form must never change. It depends on the order
of the keys as they came: it cannot be computed from what a database has kept.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

_NOT_PART_OF_FLOW = ("time", "Summary")
_NOT_PART_OF_PAYLOAD = ("start_time", "end_time", "hosts", "fingerprint")
# Within these a float is written without exponent.
_LEAST_PLAIN, _GREATEST_PLAIN = 1e-4, 1e15
_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\n": "\\n",
    "\t": "\\t",
    "\r": "\\r",
    "\x1b": "\\e",
    "\x07": "\\a",
    "\x08": "\\b",
    "\x0b": "\\v",
    "\x0c": "\\f",
}
_SPECIAL = re.compile(r'["\\\x00-\x1f\x7f-\x9f\u2028\u2029]|#(?=[{$@])')


def of_flow(flow: Mapping[str, Any]) -> str:
    """Return the fingerprint of a Cilium flow, whenever it happened."""
    kept = {key: value for key, value in flow.items() if key not in _NOT_PART_OF_FLOW}
    layer = kept.get("l4")
    if isinstance(layer, dict) and isinstance(layer.get("TCP"), dict):
        tcp = {key: value for key, value in layer["TCP"].items() if key != "flags"}
        kept["l4"] = {**layer, "TCP": tcp}
    return _hashed(text_form(kept))


def of_alert(alert: Mapping[str, Any]) -> str | None:
    """Return the fingerprint of a generic alert: its own, or that of its content; ``None`` if it has none."""
    given = alert.get("fingerprint")
    if _is_blank(given) or given == {}:
        return _of_payload(alert)
    match given:
        case str():
            return _hashed(given)
        case list():
            return _hashed("".join(_concatenated(given)))
        case dict():
            return _of_payload(given)
        case _:
            return _hashed(text_form(given))


def _of_payload(payload: Mapping[str, Any]) -> str | None:
    kept = {key: value for key, value in payload.items() if key not in _NOT_PART_OF_PAYLOAD}
    flat = dict(_flattened(kept))
    if all(_is_blank(value) for value in flat.values()):
        return None
    return _hashed(text_form([list(pair) for pair in sorted(flat.items())]))


def _flattened(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from _flattened(inner, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", inner


def _concatenated(values: list[Any]) -> Iterator[str]:
    for value in values:
        match value:
            case list():
                yield from _concatenated(value)
            case str():
                yield value
            case None:
                yield ""
            case _:
                yield text_form(value)


def _is_blank(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _hashed(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def text_form(value: Any) -> str:
    """Return the text form of a JSON value."""
    match value:
        case dict():
            pairs = (f"{_quoted(key)}=>{text_form(inner)}" for key, inner in value.items())
            return f"{{{', '.join(pairs)}}}"
        case list():
            return f"[{', '.join(map(text_form, value))}]"
        case str():
            return _quoted(value)
        case bool():
            return "true" if value else "false"
        case float():
            return _float(value)
        case None:
            return "nil"
        case _:
            return str(value)


def _quoted(text: str) -> str:
    return f'"{_SPECIAL.sub(_escaped, text)}"'


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    if character == "#":
        return "\\#"
    return _ESCAPES.get(character) or f"\\u{ord(character):04X}"


def _float(value: float) -> str:
    if value == 0 or _LEAST_PLAIN <= abs(value) < _GREATEST_PLAIN:
        return repr(value)
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    first, *rest = map(str, digits)
    power = int(exponent) + len(rest)
    return f"{'-' if sign else ''}{first}.{''.join(rest) or '0'}e{power:+03d}"
