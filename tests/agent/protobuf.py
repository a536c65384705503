"""Just enough of protobuf's wire format to talk to kas without its generated code."""

from collections.abc import Iterator


def varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*encoded, number])


def integer(field: int, number: int) -> bytes:
    """Encode a field that is a number."""
    return varint(field << 3) + varint(number)


def text(field: int, content: bytes | str) -> bytes:
    """Encode a field that is a text, bytes or a message."""
    raw = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | 2) + varint(len(raw)) + raw


def entry(field: int, key: str, value: bytes | str) -> bytes:
    """Encode one entry of a map."""
    return text(field, text(1, key) + text(2, value))


def fields(message: bytes) -> Iterator[tuple[int, bytes | int]]:
    """Decode the fields of a message: numbers as numbers, everything else as bytes."""
    position = 0
    while position < len(message):
        tag, position = _varint(message, position)
        if tag & 7 == 0:
            number, position = _varint(message, position)
            yield tag >> 3, number
        elif tag & 7 == 2:
            length, position = _varint(message, position)
            yield tag >> 3, message[position : position + length]
            position += length
        else:
            raise ValueError(f"unexpected wire type {tag & 7}")


def inner(message: bytes, *path: int) -> bytes:
    """Return the bytes of the first field along a path; empty where it is absent."""
    for number in path:
        found = (value for field, value in fields(message) if field == number and isinstance(value, bytes))
        message = next(found, b"")
    return message


def number(message: bytes, field: int) -> int:
    """Return a field that is a number; 0 where it is absent."""
    return next((value for at, value in fields(message) if at == field and isinstance(value, int)), 0)


def _varint(message: bytes, position: int) -> tuple[int, int]:
    result = shift = 0
    while True:
        byte = message[position]
        position += 1
        result |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return result, position
