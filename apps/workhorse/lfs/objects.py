"""The files that a project has, and those that a client asks about: one query for any number of them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from apps.git_access.models import LfsObject
from apps.git_access.models.lfs import OID, FileStore

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
LARGEST = 2**63 - 1
_OID = re.compile(OID)


@dataclass(frozen=True, slots=True)
class Held:
    """A file that the project has; ``size`` is in bytes."""

    size: int
    store: FileStore
    name: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that a client asks about, id and size as it wrote them."""

    oid: Any
    size: Any

    @property
    def key(self) -> str:
        """The id, where it can be one; else an empty text."""
        return self.oid if isinstance(self.oid, str) and _OID.fullmatch(self.oid) else ""

    @property
    def is_valid(self) -> bool:
        """Whether there can be such a file; nothing but the empty one has no bytes."""
        size: Any = self.size
        if not self.key or not isinstance(size, int) or isinstance(size, bool):
            return False
        return 0 < size <= LARGEST or (size == 0 and self.key == EMPTY)

    @property
    def is_too_large(self) -> bool:
        """Whether the instance takes no file of this size."""
        return is_too_large(self.size)


def is_too_large(size: int) -> bool:
    """Whether the instance takes no file of this size."""
    limit: int = settings.MAX_LFS_OBJECT_SIZE
    return 0 < limit < size


def wanted(elements: Iterable[Mapping[str, Any]]) -> list[Wanted]:
    """Return what a list of a client's asks about."""
    return [Wanted(element.get("oid"), element.get("size")) for element in elements]


def held_by(project_id: int, asked: Iterable[Wanted]) -> dict[str, Held]:
    """Return which of these files the project has, by id."""
    oids = {item.key for item in asked if item.key}
    if not oids:
        return {}
    rows = LfsObject.objects.filter(projects=project_id, oid__in=oids).exclude(file="")
    return {
        oid: Held(size, FileStore(store), name)
        for oid, size, store, name in rows.values_list("oid", "size", "file_store", "file")
    }


def missing(asked: Iterable[Wanted], held: Mapping[str, Held]) -> Iterator[Wanted]:
    """Yield what the project lacks and could be given, each file once."""
    seen = set(held)
    for item in asked:
        if item.is_valid and not item.is_too_large and item.oid not in seen:
            seen.add(item.oid)
            yield item
