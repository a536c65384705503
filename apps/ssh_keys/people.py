"""Whom a claim names: one query, for GitLab Shell greets everybody who logs in without a command."""

from typing import NamedTuple

from apps.core import raw_queries
from apps.directory.models import User
from apps.ssh_keys.actors import Claim, lookup
from apps.ssh_keys.models import KeyKind, UsageType

_BY_KEY = """
SELECT owner.id, owner.name, owner.username, key.kind
FROM ssh_keys_key key LEFT JOIN directory_user owner ON owner.id = key.user_id
WHERE key.id = %s AND key.usage_type <> %s
"""
_BY_ID = "SELECT id, name, username FROM directory_user WHERE id = %s"
_BY_NAME = "SELECT id, name, username FROM directory_user WHERE lower(username) = %s"


class DiscoveredUser(NamedTuple):
    """What may be told of a user."""

    id: int
    name: str
    username: str


def find(claim: Claim) -> DiscoveredUser | None:
    """Return whom a claim names: the user, the owner of the key, or nobody."""
    row = lookup(claim)
    key_id = row.key_owner_id if row.key_id is None else row.key_id
    if key_id is not None:
        return _owner(key_id)
    if row.user_id is not None:
        found = raw_queries.first_row(_BY_ID, (row.user_id,))
    elif row.username is not None:
        found = raw_queries.first_row(_BY_NAME, (row.username.lower(),))
    else:
        return None
    return DiscoveredUser._make(found) if found else None


def _owner(key_id: int) -> DiscoveredUser | None:
    """Return the owner of a key; of a deploy key its creator, else the ghost."""
    found = raw_queries.first_row(_BY_KEY, (key_id, UsageType.SIGNING.value))
    if found is None:
        return None
    *owner, kind = found
    if owner[0] is not None:
        return DiscoveredUser._make(owner)
    if kind != KeyKind.DEPLOY_KEY:
        return None
    ghost = User.objects.ghost()
    return DiscoveredUser(ghost.pk, ghost.name, ghost.username)
