"""Whether each object of LFS has its file: by size for a sample, by every byte for all."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from apps.git_access.lfs import stores
from apps.git_access.models import LfsObject
from apps.git_access.models.lfs import FileStore

SAMPLE = 100  # objects
_SHOWN = 5  # ids in one list


@dataclass(slots=True)
class Examined:
    """What was found about the objects of one store; ids of those that are not well."""

    store: FileStore
    number: int = 0
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)

    @property
    def is_well(self) -> bool:
        """Whether nothing is missing or damaged."""
        return not self.missing and not self.damaged


def examine(*, everything: bool) -> list[Examined]:
    """Look at a random sample of the objects, or read all of them.

    Raises:
        StoreUnavailable: a store cannot be reached.
    """
    found: dict[FileStore, Examined] = {}
    rows = LfsObject.objects.order_by("?")[:SAMPLE] if not everything else LfsObject.objects.order_by("pk")
    for row in rows.iterator():
        store = FileStore(row.file_store)
        _look_at(row, found.setdefault(store, Examined(store)), everything=everything)
    return list(found.values())


def shown(oids: list[str]) -> str:
    """Return a list of ids for people, who need no more than the first few."""
    more = len(oids) - _SHOWN
    return ", ".join(oids[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _look_at(row: LfsObject, examined: Examined, *, everything: bool) -> None:
    examined.number += 1
    size = stores.of(row.file_store).size_of(row.file.name) if row.file else None
    if size is None:
        examined.missing.append(row.oid)
    elif size != row.size or (everything and _digest(row) != row.oid):
        examined.damaged.append(row.oid)


def _digest(row: LfsObject) -> str:
    digest = hashlib.sha256()
    with stores.of(row.file_store).open(row.file.name) as file:
        for chunk in _chunks(file):
            digest.update(chunk)
    return digest.hexdigest()


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(1024 * 1024):
        yield chunk
