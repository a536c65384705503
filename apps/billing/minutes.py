"""Packs of CI minutes: buying is idempotent on the purchase id, moving takes all at once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.billing.models import MinutesPack
from apps.directory.models import Namespace

MAX_XID_LENGTH = 50
NAMESPACE, TARGET = "Namespace", "Target namespace"
# What an answer tells of a pack: of a thousand, the rest takes time.
_TOLD = ("namespace_id", "expires_at", "number_of_minutes", "purchase_xid")


class PackRefused(ValueError):
    """A pack lacks something, or its purchase id was sold to another namespace."""


class NotTopLevel(ValueError):
    """One of the namespaces of a move lies below a group; the text says which."""


class SameNamespace(ValueError):
    """Source and target of a move are the same."""


@transaction.atomic
def buy(*, namespace: Namespace, packs: Sequence[Mapping[str, Any]], now: datetime) -> list[MinutesPack]:
    """Record all packs or none, with a fixed number of statements; one that the namespace has stays as it is.

    They are written in the order of their purchase ids: two deliveries that share packs wait for one
    another instead of ending in a deadlock.

    Raises:
        PackRefused: one of them cannot be recorded.
    """
    wanted: dict[str, Mapping[str, Any]] = {}
    for pack in packs:
        wanted.setdefault(_purchase_xid(pack), pack)
    bought = _sold(namespace, wanted)
    missing = sorted(wanted.keys() - bought.keys())
    if missing:
        new = [_new(namespace, wanted[xid], now=now) for xid in missing]
        # Sold a moment ago: to this namespace by a repeated delivery, or to another one.
        MinutesPack.objects.bulk_create(new, ignore_conflicts=True)
        bought |= _sold(namespace, missing)
    return [bought[pack["purchase_xid"]] for pack in packs]


def _purchase_xid(pack: Mapping[str, Any]) -> str:
    xid: str = pack["purchase_xid"] or ""
    if not xid.strip() or len(xid) > MAX_XID_LENGTH:
        raise PackRefused
    return xid


def _new(namespace: Namespace, pack: Mapping[str, Any], *, now: datetime) -> MinutesPack:
    if pack["number_of_minutes"] is None or pack["expires_at"] is None:
        raise PackRefused
    return MinutesPack(
        namespace=namespace,
        number_of_minutes=pack["number_of_minutes"],
        expires_at=pack["expires_at"],
        purchase_xid=pack["purchase_xid"],
        created_at=now,
        updated_at=now,
    )


def _sold(namespace: Namespace, xids: Collection[str]) -> dict[str, MinutesPack]:
    """Return those of the purchases that are recorded, by id.

    Raises:
        PackRefused: one was sold to another namespace.
    """
    packs = MinutesPack.objects.filter(purchase_xid__in=xids).only(*_TOLD)
    found = {pack.purchase_xid: pack for pack in packs}
    if any(pack.namespace_id != namespace.pk for pack in found.values()):
        raise PackRefused
    return found


def move(*, source: Namespace, target: Namespace, now: datetime) -> int:
    """Give all packs of one top-level namespace to another; return how many there were.

    Raises:
        NotTopLevel: one of the two lies below a group.
        SameNamespace: they are the same.
    """
    for what, namespace in ((NAMESPACE, source), (TARGET, target)):
        if namespace.parent_id is not None:
            raise NotTopLevel(f"{what} must be a top-level namespace")
    if source.pk == target.pk:
        raise SameNamespace("Namespace and target must be different")
    return MinutesPack.objects.filter(namespace=source).update(namespace=target, updated_at=now)
