"""Bring the directory to what a stream says: rows that lack are made, others changed, none is deleted."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model

from apps.core.gitaly.repository import project_path
from apps.directory.models import Namespace, Project, User
from apps.operations.transfer import reading
from apps.operations.transfer.kinds import KINDS, PASSWORD
from apps.operations.transfer.known import Known
from apps.operations.transfer.reading import Record, Unreadable
from apps.ssh_keys.models import Key

# Rows stay where they are: moving one is a rename, with redirects.
_PLACE = frozenset({"path", "parent_id", "namespace_id"})


@dataclass(frozen=True, slots=True)
class Outcome:
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
        Unreadable: something in it is wrong.
    """
    known = Known()
    return Import(reading.read(lines, known), known)


@dataclass(frozen=True, slots=True)
class Import:
    """The records of a stream, and where they go."""

    records: list[Record]
    known: Known

    def run(self, records: Iterable[Record], *, dry_run: bool = False) -> Outcome:
        """Make and change rows in one transaction; ``records`` are ours, perhaps counted on the way.

        Raises:
            Unreadable: the database refuses a row, or a row is another one's already; nothing is changed.
        """
        outcome = Outcome()
        with transaction.atomic():
            for record in records:
                try:
                    self._apply(record, outcome)
                except IntegrityError as error:
                    raise Unreadable([f"{_place(record)}: {str(error).splitlines()[0]}"]) from error
                except ValidationError as error:
                    raise Unreadable([f"{_place(record)}: {' '.join(error.messages)}"]) from error
            transaction.set_rollback(dry_run)
        return outcome

    def _apply(self, record: Record, outcome: Outcome) -> None:
        fields = self._fields(record)
        pk = self.known.find(record.kind.name, record.identity)
        if pk is None:
            row = _new(record, fields)
            if record.kind.model is not Key:  # the check is for new keys; this one may have expired since
                row.clean()
            row.save()
            self.known.add(record.kind.name, record.identity, row.pk)
            outcome.created[record.kind.name] += 1
            return
        tally = outcome.changed if _change(record, pk, fields) else outcome.unchanged
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


def _new(record: Record, fields: dict[str, Any]) -> Model:
    if record.kind.model is User:
        fields.setdefault(PASSWORD, make_password(None))
    return record.kind.model(**fields)


def _change(record: Record, pk: int, fields: dict[str, Any]) -> bool:
    """Give the row what is different; return whether anything was."""
    rows = record.kind.model._default_manager.filter(pk=pk)
    fixed = {*record.kind.key, *(_PLACE if record.kind.model in {Namespace, Project} else ())}
    if record.kind.model is Project and fields["disk_path"] == project_path(pk).removesuffix(".git"):
        fixed.add("disk_path")  # it is there already, whether it is written down or follows from the id
    current = rows.values(*fields).get()
    changed = {name: value for name, value in fields.items() if name not in fixed and current[name] != value}
    if wrong := sorted(set(changed) & set(record.kind.frozen)):
        raise Unreadable([f"{_place(record)}: it is there with another {wrong[0].removesuffix('_id')}."])
    if changed:
        rows.update(**changed)
    return bool(changed)


def _place(record: Record) -> str:
    known_by = " ".join(str(record.values[name]) for name in record.kind.key if record.values[name])
    return f"line {record.line}: {record.kind.name} {known_by}"
