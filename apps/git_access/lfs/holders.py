"""For whom tokens of Git LFS are made out, and the keys that sign them.

There is no further secret to keep: the instance's part of every key is derived from ``SECRET_KEY``. When that
changes, tokens that are still out end half an hour early at most.
"""

from dataclasses import dataclass, field

from django.utils.crypto import salted_hmac

from apps.core import raw_queries
from apps.core.identifiers import NO_ID
from apps.ssh_keys.actors import Actor
from apps.ssh_keys.logins import LoginAccount
from apps.ssh_keys.models import Key

DEPLOY_KEY = "lfs+deploy-key-"
_NAMED = "SELECT id, username, password FROM directory_user WHERE lower(username) = lower(%s)"
_ADDRESSED = (
    "SELECT id, username, password FROM directory_user WHERE email <> '' AND lower(email) = lower(%s)"
)
_NUMBERED = "SELECT id, username, password FROM directory_user WHERE id = %s"


class UnknownActor(LookupError):
    """Neither a user nor a deploy key."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A deploy key, or a user; the key of a user's tokens changes with the password."""

    user_id: int
    """Of the user, or ``NO_ID``."""
    name: str
    key: bytes = field(repr=False)
    account: LoginAccount | None = None
    """The user's, which must be in order for a token to hold."""


def of(actor: Actor) -> Holder:
    """Return the holder that an actor is.

    Raises:
        UnknownActor: neither a deploy key nor a user, or a user key without owner.
    """
    if actor.deploy_key:
        return Holder(NO_ID, f"{DEPLOY_KEY}{actor.deploy_key.pk}", _key_of_deploy_key(actor.deploy_key))
    if actor.user:
        user = actor.user
        return Holder(user.pk, user.username, _key_of_user(user.pk, user.password), user)
    raise UnknownActor


def of_login(login: str) -> Holder:
    """Return the user who has this name, or else this address, ignoring case; without its account.

    Raises:
        UnknownActor: nobody has.
    """
    return _of_row(raw_queries.first_row(_NAMED, [login]) or raw_queries.first_row(_ADDRESSED, [login]))


def of_user(user_id: int) -> Holder:
    """Return the user with this id; without its account.

    Raises:
        UnknownActor: there is none any more.
    """
    return _of_row(raw_queries.first_row(_NUMBERED, [user_id]))


def _of_row(row: tuple[int, str, str] | None) -> Holder:
    if row is None:
        raise UnknownActor
    user_id, username, password = row
    return Holder(user_id, username, _key_of_user(user_id, password))


def _key_of_user(user_id: int, password: str) -> bytes:
    return f"{user_id}{password[-16:].rjust(16)}{server_key()[:16]}".encode()


def _key_of_deploy_key(key: Key) -> bytes:
    return f"{key.fingerprint_sha256[:16]}{server_key()[:32]}".encode()


def server_key() -> str:
    """Return the instance's part of every key."""
    return salted_hmac("gitlab_internal.lfs", "tokens", algorithm="sha256").hexdigest()
