"""Bring the directory to what a stream says: rows that lack are made, others changed, none is deleted."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model

from apps.core.gitaly.repository import project_path
from apps.directory.models import Namespace, Project, User
from apps.operations.transfer import reading
from apps.operations.transfer.kinds import KINDS, PASSWORD
from apps.operations.transfer.known import Known
from apps.operations.transfer.reading import Record, UnreadableStream
from apps.ssh_keys.models import Key

BATCH = 100  # records of one transaction
NOT_MADE = -1  # the id of a row that a dry run would have made
# Rows stay where they are: moving one is a rename, with redirects.
_PLACE = frozenset({"path", "parent_id", "namespace_id"})


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """How many rows of each kind were made, changed, or as the stream says already."""

    created: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    unchanged: Counter[str] = field(default_factory=Counter)

    def by_kind(self) -> dict[str, dict[str, int]]:
        """Return the numbers of each kind that the stream had, in their order."""
        return {
            kind.name: {
                "created": self.created[kind.name],
                "changed": self.changed[kind.name],
                "unchanged": self.unchanged[kind.name],
            }
            for kind in KINDS
            if (self.created + self.changed + self.unchanged)[kind.name]
        }


def plan(lines: Iterable[str]) -> "Import":
    """Read a stream and return its import, which is to be run.

    Raises:
        UnreadableStream: something in it is wrong.
    """
    known = Known()
    records = reading.read(lines, known)
    _require_known_storages(records)
    return Import(records, known)


def _require_known_storages(records: Iterable[Record]) -> None:
    """Refuse projects that no Gitaly would be asked for; new ones may lie in the default storage."""
    used = {record.values["storage"] for record in records if record.kind.model is Project}
    if unknown := used - {*settings.GITALY_STORAGES, settings.DEFAULT_STORAGE}:
        names = ", ".join(sorted(unknown))
        raise UnreadableStream(
            [f"No Gitaly is configured for storage {names}: GITALY_STORAGES names storages."]
        )


@dataclass(frozen=True, slots=True)
class Import:
    """The records of a stream, and where they go."""

    records: list[Record]
    known: Known

    def run(self, records: Iterable[Record], *, dry_run: bool = False) -> ImportCounts:
        """Make and change rows; ``records`` are ours, perhaps counted on the way.

        A transaction has ``BATCH`` records: others who write wait no longer for it. A dry run writes nothing.

        Raises:
            UnreadableStream: the database refuses a row, or a row is another one's already; nothing of its
                batch is changed, and the batches before it stay.
        """
        outcome = ImportCounts()
        remaining = iter(records)
        while batch := list(islice(remaining, BATCH)):
            if dry_run:
                self._apply_all(batch, outcome, write=False)
            else:
                with transaction.atomic():
                    self._apply_all(batch, outcome, write=True)
        return outcome

    def _apply_all(self, records: list[Record], outcome: ImportCounts, *, write: bool) -> None:
        for record in records:
            try:
                self._apply(record, outcome, write=write)
            except IntegrityError as error:
                raise UnreadableStream([f"{_place(record)}: {str(error).splitlines()[0]}"]) from error
            except ValidationError as error:
                raise UnreadableStream([f"{_place(record)}: {' '.join(error.messages)}"]) from error

    def _apply(self, record: Record, outcome: ImportCounts, *, write: bool) -> None:
        fields = self._fields(record)
        pk = self.known.find(record.kind.name, record.identity)
        if pk is None:
            made = _make(record, fields, write=write)
            self.known.add(record.kind.name, record.identity, made)
            outcome.created[record.kind.name] += 1
            return
        # A row that a dry run would have made is not there to be changed.
        changed = pk != NOT_MADE and _change(record, pk, fields, write=write)
        tally = outcome.changed if changed else outcome.unchanged
        tally[record.kind.name] += 1

    def _fields(self, record: Record) -> dict[str, Any]:
        """Return the columns of the row, those that it is known by included."""
        kind = record.kind
        fields = {name: record.values[name] for name in kind.plain}
        for reference in kind.references:
            to = record.named.get(reference.field)
            fields[f"{reference.field}_id"] = self.known.find(*to) if to else None
        if kind.model in {Namespace, Project}:
            parent, _, fields["path"] = record.values["path"].rpartition("/")
            owner = "parent_id" if kind.model is Namespace else "namespace_id"
            fields[owner] = self.known.find("namespace", (parent.lower(),)) if parent else None
        for name, lookup in kind.derived:
            if name in {"branch", "tag"}:
                fields[lookup] = record.values[name]
        if PASSWORD in record.values:
            fields[PASSWORD] = record.values[PASSWORD]
        return fields


def _make(record: Record, fields: dict[str, Any], *, write: bool) -> int:
    """Make a row and return its id; a dry run looks whether it could be made."""
    row = _new(record, fields)
    if not write and NOT_MADE in fields.values():  # it hangs on a row that is not there yet
        return NOT_MADE
    if record.kind.model is not Key:  # the check is for new keys; this one may have expired since
        row.clean()
    if not write:
        row.validate_unique()
        row.validate_constraints()
        return NOT_MADE
    row.save()
    return int(row.pk)


def _new(record: Record, fields: dict[str, Any]) -> Model:
    if record.kind.model is User:
        fields.setdefault(PASSWORD, make_password(None))
    return record.kind.model(**fields)


def _change(record: Record, pk: int, fields: dict[str, Any], *, write: bool) -> bool:
    """Give the row what is different; return whether anything was."""
    rows = record.kind.model._default_manager.filter(pk=pk)
    fixed = {*record.kind.key, *(_PLACE if record.kind.model in {Namespace, Project} else ())}
    if record.kind.model is Project and fields["disk_path"] == project_path(pk).removesuffix(".git"):
        fixed.add("disk_path")  # it is there already, whether it is written down or follows from the id
    current = rows.values(*fields).get()
    changed = {name: value for name, value in fields.items() if name not in fixed and current[name] != value}
    if wrong := sorted(set(changed) & set(record.kind.frozen)):
        raise UnreadableStream(
            [f"{_place(record)}: it is there with another {wrong[0].removesuffix('_id')}."]
        )
    if changed and write:
        rows.update(**changed)
    return bool(changed)


def _place(record: Record) -> str:
    known_by = " ".join(str(record.values[name]) for name in record.kind.key if record.values[name])
    return f"line {record.line}: {record.kind.name} {known_by}"
