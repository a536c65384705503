"""Read a stream and find everything that is wrong with it, before anything is changed."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.core.json_values import storable_text
from apps.directory import paths
from apps.directory.models import NamespaceKind
from apps.operations.transfer import FORMAT, VERSION
from apps.operations.transfer.kinds import BY_NAME, PASSWORD, Identity, Kind, identity
from apps.operations.transfer.known import Known
from apps.ssh_keys import public_keys

MOST_FAULTS = 100


class UnreadableStream(ValueError):
    """The stream cannot be imported; ``faults`` says why, a line of the stream each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Record:
    """A sound line: the values of its fields, and the rows that it names."""

    line: int
    kind: Kind
    identity: Identity
    values: dict[str, Any]
    named: dict[str, tuple[str, Identity]]
    """By foreign key: the kind and the identity of the row."""


@dataclass(slots=True)
class _Reading:
    known: Known
    records: list[Record] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    seen: dict[tuple[str, Identity], int] = field(default_factory=dict)
    addresses: dict[str, int] = field(default_factory=dict)

    def complain(self, line: int, text: str) -> None:
        self.faults.append(f"line {line}: {text}")
        if len(self.faults) >= MOST_FAULTS:
            raise UnreadableStream([*self.faults, "There may be more."])

    def exists(self, kind: str, row: Identity) -> bool:
        """Whether the row is there, or an earlier line makes it."""
        return (kind, row) in self.seen or self.known.find(kind, row) is not None


def read(lines: Iterable[str], known: Known) -> list[Record]:
    """Return the records of a stream in its order.

    Raises:
        UnreadableStream: it is none, of another version, or something in it is wrong (first hundred faults).
    """
    numbered = ((number, text) for number, text in enumerate(lines, start=1) if text.strip())
    _check_header(next(numbered, (1, "")))
    reading = _Reading(known)
    for number, text in numbered:
        _read_line(reading, number, text)
    if reading.faults:
        raise UnreadableStream(reading.faults)
    return reading.records


def _check_header(first: tuple[int, str]) -> None:
    header = _object(first[1])
    if header is None or header.get("format") != FORMAT:
        raise UnreadableStream(
            [f'line {first[0]}: the first line of an export is {{"format":"{FORMAT}",…}}.']
        )
    if header.get("version") != VERSION:
        raise UnreadableStream([f"line {first[0]}: this is version {header.get('version')}, not {VERSION}."])


def _object(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _read_line(reading: _Reading, number: int, text: str) -> None:
    given = _object(text)
    kind = BY_NAME.get(str(given.pop("type", None))) if given is not None else None
    if given is None or kind is None:
        reading.complain(number, f"not a JSON object with one of the types {', '.join(BY_NAME)}.")
        return
    for name in kind.later:
        given.setdefault(name, kind.field(name).get_default())
    if fault := _wrong_names(kind, given):
        reading.complain(number, f"{kind.name}: {fault}")
        return
    faults = list(_faults(reading, kind, given))
    for fault in faults:
        reading.complain(number, f"{kind.name} {_label(kind, given)}: {fault}")
    if not faults:
        if given.get("email"):
            reading.addresses[given["email"].lower()] = number
        row = kind.identity(given)
        reading.seen[kind.name, row] = number
        reading.records.append(_record(kind, number, given, row))


def _wrong_names(kind: Kind, given: dict[str, Any]) -> str:
    expected = set(kind.lookups)
    optional = {PASSWORD} if kind.name == "user" else set()
    missing, unknown = expected - set(given), set(given) - expected - optional
    parts = [f"lacks {', '.join(sorted(missing))}"] if missing else []
    parts += [f"has unknown {', '.join(sorted(unknown))}"] if unknown else []
    return f"{' and '.join(parts)}." if parts else ""


def _faults(reading: _Reading, kind: Kind, given: dict[str, Any]) -> Iterator[str]:
    """Clean the values in place, and yield what is wrong with them."""
    wrong = [fault for name in kind.plain if (fault := _clean(kind, given, name))]
    texts = [name for name in kind.lookups if name not in kind.plain]
    texts += [PASSWORD] if PASSWORD in given else []
    wrong += [f"{name}: not a text." for name in texts if not isinstance(given[name], str | None)]
    wrong += [f"{name}: no database stores this text." for name in given if not _storable(given[name])]
    if wrong:
        yield from wrong
        return
    for reference in kind.references:
        row = identity((name, given[name]) for name in reference.names)
        if any(row) and not reading.exists(reference.to, row):
            shown = " ".join(str(given[name]) for name in reference.names)
            yield f"there is no {reference.to} {shown}, and no line before makes one."
        elif not any(row) and not kind.model._meta.get_field(reference.field).null:
            yield f"{reference.field} is missing."
    earlier = reading.seen.get((kind.name, kind.identity(given)))
    if earlier:
        yield f"the same as line {earlier}."
    yield from _CHECKS.get(kind.name, _no_more)(reading, given)


def _storable(value: Any) -> bool:
    return not isinstance(value, str) or storable_text(value)


def _clean(kind: Kind, given: dict[str, Any], name: str) -> str:
    """Put the value into the form of its field; return what is wrong with it, or nothing."""
    model_field = kind.field(name)
    try:
        value = model_field.clean(given[name], None)
    except (ValidationError, TypeError) as invalid:
        messages = invalid.messages if isinstance(invalid, ValidationError) else ["not of this type."]
        return f"{name}: {' '.join(messages)}"
    if isinstance(value, datetime) and timezone.is_naive(value):
        return f"{name}: a time without its zone."
    given[name] = value
    return ""


def _label(kind: Kind, given: dict[str, Any]) -> str:
    return " ".join(str(given[name]) for name in kind.key if given[name] not in (None, ""))


def _record(kind: Kind, number: int, given: dict[str, Any], row: Identity) -> Record:
    named = {
        reference.field: (reference.to, found)
        for reference in kind.references
        if any(found := identity((name, given[name]) for name in reference.names))
    }
    return Record(number, kind, row, given, named)


def _no_more(reading: _Reading, given: dict[str, Any]) -> Iterator[str]:
    yield from ()


def _check_user(reading: _Reading, given: dict[str, Any]) -> Iterator[str]:
    if not paths.names_user(given["username"]):
        yield "the name is reserved or not legal as a path."
    if earlier := reading.addresses.get(given["email"].lower()):
        yield f"line {earlier} has this address."


def _check_namespace(reading: _Reading, given: dict[str, Any]) -> Iterator[str]:
    path, parent = given["path"], given["path"].rpartition("/")[0]
    if not paths.names_project(f"{path}/project"):
        yield "the path is reserved or not legal."
    if parent and not reading.exists("namespace", (parent.lower(),)):
        yield f"there is no namespace {parent}, and no line before makes one."
    if (given["kind"] == NamespaceKind.USER) != (given["owner"] is not None):
        yield "a user's namespace has an owner, and a group has none."
    if reading.exists("project", (path.lower(),)):
        yield "a project has this path."


def _check_project(reading: _Reading, given: dict[str, Any]) -> Iterator[str]:
    path, parent = given["path"], given["path"].rpartition("/")[0]
    if not paths.names_project(path):
        yield "the path is reserved or not legal."
    if not reading.exists("namespace", (parent.lower(),)):
        yield f"there is no namespace {parent}, and no line before makes one."
    if reading.exists("namespace", (path.lower(),)):
        yield "a namespace has this path."


def _check_key(reading: _Reading, given: dict[str, Any]) -> Iterator[str]:
    try:
        key = public_keys.parse(given["key"])
    except public_keys.InvalidPublicKey as invalid:
        yield f"key: {invalid}"
        return
    given["key"] = key.line
    if key.fingerprint_sha256 != given["fingerprint"]:
        yield "the fingerprint is not that of the key."


_CHECKS = {
    "user": _check_user,
    "namespace": _check_namespace,
    "project": _check_project,
    "key": _check_key,
    "certificate_authority": _check_key,
}
