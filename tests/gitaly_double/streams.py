"""How the double cuts its answers: small enough that a client which reads one message only is found out."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")

ITEMS_PER_MESSAGE = 3
BYTES_PER_CHUNK = 4096


def batches(items: Iterable[Item], *, limit: int = 0) -> Iterator[list[Item]]:
    """Cut a list into the lists of several messages; no limit if it is 0."""
    rest = iter(islice(items, limit) if limit else items)
    while batch := list(islice(rest, ITEMS_PER_MESSAGE)):
        yield batch


def chunks(data: bytes) -> Iterator[bytes]:
    """Cut bytes into chunks; no bytes are one empty chunk."""
    for start in range(0, max(len(data), 1), BYTES_PER_CHUNK):
        yield data[start : start + BYTES_PER_CHUNK]
