"""Finding the key that an SSH server was offered: one lookup by fingerprint, never by text."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection

from apps.core import moments, raw_queries
from apps.core.base64_text import decode_leniently
from apps.directory.models import User, UserState
from apps.ssh_keys.models import KeyKind
from apps.ssh_keys.public_keys import TECHNOLOGY, fingerprint_sha256

_WHITE_SPACE = re.compile(r"\s+")
# One round trip on one unique index, asked for every key that an SSH client offers; on PostgreSQL with a plan
# that is kept, from the function in ``offered_key.sql``.
_PLANNED = "SELECT * FROM internal_offered_key(%s)"
_PORTABLE = """
SELECT key.id, key.title, key.key, key.created_at, key.kind, key.expires_at, owner.name, owner.state
FROM ssh_keys_key key LEFT JOIN directory_user owner ON owner.id = key.user_id
WHERE key.fingerprint_sha256 = %s AND key.usage_type <> 'signing'
"""
_CLOSED_STATES = frozenset({UserState.BLOCKED, UserState.BLOCKED_PENDING_APPROVAL, UserState.BANNED})


class UnknownKeyText(LookupError):
    """No usable key has this text."""


class OwnerBlocked(Exception):
    """The key's owner, or a deploy key's creator, is shut out."""


@dataclass(frozen=True, slots=True)
class OfferedKey:
    """A key that may log in; ``line`` is what OpenSSH is given."""

    id: int
    title: str
    line: str
    created_at: datetime


def find(text: str, *, now: datetime) -> OfferedKey:
    """Return the usable key whose public half is ``text``: the blob, padded or not, or a whole line.

    Raises:
        UnknownKeyText: none, an expired one, one for signing only, or a user key without owner.
        OwnerBlocked: the owner is blocked or banned.
    """
    statement = _PLANNED if connection.vendor == "postgresql" else _PORTABLE
    row = raw_queries.first_row(statement, (fingerprint_sha256(blob(text)),))
    if row is None:
        raise UnknownKeyText
    key_id, title, key, created_at, kind, expires_at, name, state = row
    created, expiry = moments.read(created_at), moments.read(expires_at)
    if created is None or (expiry is not None and expiry <= now):
        raise UnknownKeyText
    if kind == KeyKind.USER_KEY and state is None:
        raise UnknownKeyText
    if state in _CLOSED_STATES:
        raise OwnerBlocked
    if state is None:  # the creator of this deploy key is gone
        name = User.objects.ghost().name
    return OfferedKey(key_id, title, _line(key, name), created)


def blob(text: str) -> bytes:
    """Return the blob of an offered key; an unencoded ``+`` of a URL arrives as a space."""
    words = text.strip().split(maxsplit=2)
    if len(words) > 1 and words[0] in TECHNOLOGY:
        return decode_leniently(words[1])
    return decode_leniently(text.strip().replace(" ", "+"))


def _line(key: str, owner: str) -> str:
    """Return type and blob, then whose key it is and where; the stored comment is not shown."""
    algorithm, encoded, *_ = key.split(" ", 2)
    name = _WHITE_SPACE.sub(" ", owner).strip()
    return " ".join(filter(None, (algorithm, encoded, name, f"({settings.INSTANCE_HOST})")))
