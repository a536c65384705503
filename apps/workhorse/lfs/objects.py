"""The files that a project has, and those that a client asks about: one query for any number of them."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models.expressions import RawSQL

from apps.core import raw_queries
from apps.git_access.models import LfsObject
from apps.git_access.models.lfs import OID, FileStore

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
LARGEST = 2**63 - 1
_OID = re.compile(OID)
# A thousand ids are one value: Django takes its time over each one, and so does the database over the text.
_LISTED = {"sqlite": "SELECT value FROM json_each(%s)", "postgresql": "SELECT jsonb_array_elements_text(%s)"}
# Written here, for it is asked at each download: Django takes longer to write it than the database to answer.
_HELD = """
SELECT object.size, object.file_store, object.file
FROM git_access_lfsobject object
JOIN git_access_lfsobjectlink link ON link.lfs_object_id = object.id
WHERE object.oid = %s AND link.project_id = %s AND object.file <> ''
"""


@dataclass(frozen=True, slots=True)
class HeldObject:
    """A file that the project has; ``size`` is in bytes."""

    size: int
    store: FileStore
    name: str


class Fault(Enum):
    """Why a project can never have a file that a client asks about."""

    INVALID = auto()
    """There can be no such file: no id of that form, or nothing of that size."""
    TOO_LARGE = auto()
    """The instance takes no file of this size."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that a client asks about, id and size as it wrote them."""

    oid: Any
    size: Any
    key: str
    """The id, where it can be one; else an empty text."""
    fault: Fault | None


def wanted(elements: Iterable[Mapping[str, Any]]) -> list[Wanted]:
    """Return what a list of a client's asks about."""
    limit = settings.MAX_LFS_OBJECT_SIZE
    return [_looked_at(element.get("oid"), element.get("size"), limit) for element in elements]


def _looked_at(oid: Any, size: Any, limit: int) -> Wanted:
    key = oid if isinstance(oid, str) and _OID.fullmatch(oid) else ""
    if not key or not _is_size(size, of=key):
        return Wanted(oid, size, key, Fault.INVALID)
    return Wanted(oid, size, key, Fault.TOO_LARGE if _exceeds(size, limit) else None)


def _is_size(size: Any, *, of: str) -> bool:
    """Whether a file can have this size; nothing but the empty one has no bytes."""
    if not isinstance(size, int) or isinstance(size, bool):
        return False
    return 0 < size <= LARGEST or (size == 0 and of == EMPTY)


def is_too_large(size: int) -> bool:
    """Whether the instance takes no file of this size."""
    return _exceeds(size, settings.MAX_LFS_OBJECT_SIZE)


def _exceeds(size: int, limit: int) -> bool:
    return 0 < limit < size


def held_by(project_id: int, oids: Iterable[str]) -> dict[str, HeldObject]:
    """Return which of these files the project has, by id."""
    asked = list(oids)
    if not asked:
        return {}
    listed = RawSQL(_LISTED[connection.vendor], [json.dumps(asked)])  # noqa: S611 -- texts of ours
    rows = LfsObject.objects.filter(projects=project_id, oid__in=listed).exclude(file="")
    return {
        oid: HeldObject(size, FileStore(store), name)
        for oid, size, store, name in rows.values_list("oid", "size", "file_store", "file")
    }


def held(project_id: int, oid: str) -> HeldObject | None:
    """Return one of these files; ``None`` when the project does not have it."""
    row = raw_queries.first_row(_HELD, [oid, project_id])
    return HeldObject(row[0], FileStore(row[1]), row[2]) if row else None


def missing(asked: Iterable[Wanted], held: Mapping[str, HeldObject]) -> Iterator[Wanted]:
    """Yield what the project lacks and could be given, each file once."""
    seen = set(held)
    for item in asked:
        if item.fault is None and item.key not in seen:
            seen.add(item.key)
            yield item
