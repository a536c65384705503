"""Which keys stop working soon."""

from datetime import datetime, timedelta

from apps.directory.expirations import Expiration, in_order
from apps.ssh_keys.models import Key


def keys(*, days: int, now: datetime) -> list[Expiration]:
    """Return the keys that work now and expire within ``days`` days, the first to expire first."""
    rows = Key.objects.expiring(within=timedelta(days=days), now=now).select_related("user")
    found = [
        Expiration(
            kind=key.get_kind_display().lower(),
            id=key.pk,
            name=key.title,
            owner=key.user.username if key.user else "",
            expires_at=key.expires_at,
        )
        for key in rows
        if key.expires_at
    ]
    return sorted(found, key=in_order)
