"""Packs of CI minutes: buying is idempotent on the purchase id, moving takes all at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from apps.billing.models import MinutesPack
from apps.directory.models import Namespace

MAX_XID_LENGTH = 50
NAMESPACE, TARGET = "Namespace", "Target namespace"


class PackRefused(ValueError):
    """A pack lacks something, or its purchase id was sold to another namespace."""


class NotTopLevel(ValueError):
    """One of the namespaces of a move lies below a group; the text says which."""


class SameNamespace(ValueError):
    """Source and target of a move are the same."""


@transaction.atomic
def buy(*, namespace: Namespace, packs: Sequence[Mapping[str, Any]], now: datetime) -> list[MinutesPack]:
    """Record all packs or none; one that the namespace has already stays as it is.

    They are written in the order of their purchase ids: two deliveries that share packs wait for one
    another instead of ending in a deadlock.

    Raises:
        PackRefused: one of them cannot be recorded.
    """
    bought: dict[str, MinutesPack] = {}
    for pack in sorted(packs, key=_writing_order):
        xid = _purchase_xid(pack)
        if xid not in bought:
            bought[xid] = _recorded(namespace, xid, pack, now=now)
    return [bought[pack["purchase_xid"]] for pack in packs]


def _writing_order(pack: Mapping[str, Any]) -> str:
    return pack["purchase_xid"] or ""


def _purchase_xid(pack: Mapping[str, Any]) -> str:
    xid: str = pack["purchase_xid"] or ""
    if not xid.strip() or len(xid) > MAX_XID_LENGTH:
        raise PackRefused
    return xid


def _recorded(namespace: Namespace, xid: str, pack: Mapping[str, Any], *, now: datetime) -> MinutesPack:
    if known := _known(namespace, xid):
        return known
    if pack["number_of_minutes"] is None or pack["expires_at"] is None:
        raise PackRefused
    try:
        with transaction.atomic():
            return MinutesPack.objects.create(
                namespace=namespace,
                number_of_minutes=pack["number_of_minutes"],
                expires_at=pack["expires_at"],
                purchase_xid=xid,
                created_at=now,
                updated_at=now,
            )
    except IntegrityError:
        # Sold a moment ago: to this namespace by a repeated delivery, or to another one.
        if known := _known(namespace, xid):
            return known
        raise PackRefused from None


def _known(namespace: Namespace, xid: str) -> MinutesPack | None:
    return MinutesPack.objects.filter(namespace=namespace, purchase_xid=xid).first()


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
