"""Write the directory, row by row in the order of their ids."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection, transaction

from apps.core.gitaly.repository import project_path
from apps.operations.transfer import FORMAT, VERSION
from apps.operations.transfer.kinds import KINDS, PASSWORD, Kind


def count() -> int:
    """Return how many records there are."""
    return sum(kind.model._default_manager.count() for kind in KINDS)


def lines(*, with_password_hashes: bool = False) -> Iterator[str]:
    """Yield the header and then every record, as they are at one moment.

    Passwords are left out unless their hashes are wished for; tokens, one-time secrets and recovery codes
    never travel.
    """
    yield _line({"format": FORMAT, "version": VERSION})
    with _one_moment():
        for kind in KINDS:
            yield from _records(kind, with_password_hashes=with_password_hashes)


@contextmanager
def _one_moment() -> Iterator[None]:
    """Let PostgreSQL show all tables as they were when the first one was read.

    SQLite is read without a transaction: ours would keep everybody from writing.
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _records(kind: Kind, *, with_password_hashes: bool) -> Iterator[str]:
    lookups = kind.lookups
    if with_password_hashes and kind.name == "user":
        lookups |= {PASSWORD: PASSWORD}
    rows = kind.model._default_manager.order_by(*kind.order).values_list("pk", *lookups.values())
    for pk, *values in rows.iterator(chunk_size=2000):
        record = dict(zip(lookups, values, strict=True))
        if kind.name == "project" and not record["disk_path"]:
            # The path of the repository follows from the id, which is another one elsewhere.
            record["disk_path"] = project_path(pk).removesuffix(".git")
        yield _line({"type": kind.name, **record})


def _line(record: dict[str, Any]) -> str:
    return json.dumps(record, default=_as_text, ensure_ascii=False, separators=(",", ":"))


def _as_text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} does not travel")
