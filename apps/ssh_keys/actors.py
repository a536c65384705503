"""Who makes a request: the first parameter that is present decides, even if it resolves to nobody."""

import re
from dataclasses import dataclass, replace

from apps.core.identifiers import number
from apps.core.observability import request_facts
from apps.core.prepared_queries import PreparedQuery
from apps.directory.models import User, UserType
from apps.ssh_keys.models import Key, KeyKind
from apps.ssh_keys.models.keys import KeyQuerySet

_IDENTIFIER = re.compile(r"(?P<kind>user|key)-(?P<id>[0-9]+)\n?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a request says about its actor; ids that resolve to nothing are ``-1``, absent ones ``None``."""

    key_id: int | None = None
    user_id: int | None = None
    username: str | None = None
    identifier: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A key, its user, or nobody.

    ``user`` is the owner of a user key and the creator of a deploy key, or the ghost.
    """

    key: Key | None = None
    user: User | None = None

    @property
    def deploy_key(self) -> Key | None:
        """The key, when it is a deploy key."""
        return self.key if self.key and self.key.kind == KeyKind.DEPLOY_KEY else None


@dataclass(frozen=True, slots=True)
class Lookup:
    """The one row that decides who the actor is. At most one field is set.

    ``key_owner_id`` is a key that stands for its owner: the actor of a user key's identifier is the user.
    """

    key_id: int | None = None
    key_owner_id: int | None = None
    user_id: int | None = None
    username: str | None = None
    token_digest: str | None = None
    """Of an access token, which stands for its user."""


def lookup(claim: Claim) -> Lookup:
    """Return the first parameter that is present, as the row it names."""
    if claim.key_id is not None:
        return Lookup(key_id=claim.key_id)
    if claim.user_id is not None:
        return Lookup(user_id=claim.user_id)
    if claim.username is not None:
        return Lookup(username=claim.username)
    match = _IDENTIFIER.fullmatch(claim.identifier or "")
    if match is None:
        return Lookup()
    if match["kind"] == "user":
        return Lookup(user_id=number(match["id"]))
    return Lookup(key_owner_id=number(match["id"]))


def find(claim: Claim) -> Actor:
    """Return who the request is from; an unknown key, user or name is nobody."""
    actor = of(lookup(claim))
    if actor.deploy_key and actor.user is None:
        actor = replace(actor, user=User.objects.ghost())
    request_facts.note(
        key_id=actor.key.pk if actor.key else None, user_id=actor.user.pk if actor.user else None
    )
    return actor


def of(row: Lookup) -> Actor:
    """Return the actor that a row makes; writes nothing, so a deploy key may come without the ghost."""
    if row.key_id is not None:
        return _of_key(row.key_id, as_owner=False)
    if row.key_owner_id is not None:
        return _of_key(row.key_owner_id, as_owner=True)
    if row.user_id is not None:
        return Actor(user=_USER.first(row.user_id))
    if row.username is not None:
        return Actor(user=_USER_NAMED.first(row.username.lower()))
    if row.token_digest is not None:
        return Actor(user=User.objects.filter(personal_access_tokens__token_digest=row.token_digest).first())
    return Actor()


_USER = PreparedQuery(lambda user_id: User.objects.filter(pk=user_id), by=int)
_USER_NAMED = PreparedQuery(User.objects.named, by=str)
_KEY = PreparedQuery(lambda key_id: _keys().filter(pk=key_id), by=int)


def _keys() -> KeyQuerySet:
    return Key.objects.authenticating().select_related("user")


def _of_key(key_id: int, *, as_owner: bool) -> Actor:
    key = _KEY.first(key_id)
    if key is None:
        return Actor()
    if key.kind == KeyKind.DEPLOY_KEY:
        ghost = User.objects.filter(user_type=UserType.GHOST)
        return Actor(key=key, user=key.user or ghost.first())
    return Actor(key=None if as_owner else key, user=key.user)
