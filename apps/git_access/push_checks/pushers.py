"""Whose addresses are whose: the pusher's own, and those of all users."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db.models.functions import Lower

from apps.directory.models import Email, User
from apps.git_access.context.facts import UserFacts

BATCH = 500  # addresses in one query; a database takes only so many parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Pusher:
    """The name and the addresses of one user; addresses in lower case."""

    name: str
    verified: frozenset[str]
    unverified: frozenset[str]


def read(user: UserFacts) -> Pusher:
    """Read the name and addresses of a user, in one query."""
    rows = User.objects.filter(pk=user.id).values_list(
        "name", "email", "confirmed_at", "emails__email", "emails__confirmed_at"
    )
    verified = {f"{user.id}-{user.username}@users.noreply.{settings.INSTANCE_HOST}".lower()}
    unverified: set[str] = set()
    name = ""
    for own_name, primary, primary_confirmed, secondary, secondary_confirmed in rows:
        name = own_name
        for address, confirmed in ((primary, primary_confirmed), (secondary, secondary_confirmed)):
            if address:
                (verified if confirmed else unverified).add(address.lower())
    return Pusher(name=name, verified=frozenset(verified), unverified=frozenset(unverified))


def known(addresses: Collection[str]) -> frozenset[str]:
    """Return which of these addresses, in lower case, belong to a user."""
    wanted = sorted({address.lower() for address in addresses})
    return frozenset(
        address for start in range(0, len(wanted), BATCH) for address in _known(wanted[start : start + BATCH])
    )


def _known(addresses: list[str]) -> Iterator[str]:
    lower = Lower("email")
    primary = User.objects.alias(lower=lower).filter(lower__in=addresses).values_list(lower)
    secondary = Email.objects.alias(lower=lower).filter(lower__in=addresses).values_list(lower)
    for (address,) in primary.union(secondary):
        yield address
