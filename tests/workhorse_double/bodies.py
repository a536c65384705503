"""The body of a client's request, piece by piece: with a length, or in chunks."""

from collections.abc import Iterator, Mapping
from io import BufferedIOBase
from typing import Any

PIECE = 32 * 1024


def read_body(headers: Mapping[str, Any] | Any, file: BufferedIOBase) -> Iterator[bytes]:
    """Yield the body; none is no piece."""
    if str(headers.get("Transfer-Encoding", "")).lower() == "chunked":
        yield from _chunks(file)
    else:
        yield from _pieces(file, int(headers.get("Content-Length") or 0))


def _chunks(file: BufferedIOBase) -> Iterator[bytes]:
    while size := int(file.readline().partition(b";")[0], 16):
        yield from _pieces(file, size)
        file.readline()
    while file.readline().strip():  # trailers
        pass


def _pieces(file: BufferedIOBase, size: int) -> Iterator[bytes]:
    while size and (piece := file.read(min(size, PIECE))):
        size -= len(piece)
        yield piece
