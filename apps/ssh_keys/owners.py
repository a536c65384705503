"""Whose request it is, where only the owner of a key may ask.

Every refusal here and in the modules above is a :class:`Refused`: its text is what the person at the terminal
reads.
"""

from datetime import datetime
from typing import ClassVar

from apps.directory.models import User
from apps.ssh_keys import actors, last_use
from apps.ssh_keys.actors import Actor, Claim
from apps.ssh_keys.models import Key


class Refused(Exception):
    """The owner of a key is told no; the text says why."""

    message: ClassVar[str]

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else self.message


class UnknownOwner(Refused):
    """``user_id`` was given, and there is no user."""

    message = "Could not find the given user"


class UnknownKey(Refused):
    """No key was named, or none that exists."""

    message = "Could not find the given key"


class NoOwner(Refused):
    """The owner of the key has gone."""

    message = "Could not find a user for the given key"


class DeployKeyRefused(Refused):
    """A deploy key belongs to a project, not to a person; the text says for what it cannot be used."""


def identify(claim: Claim, *, now: datetime) -> Actor:
    """Return who the request is from; a key notes that it was used."""
    actor = actors.find(claim)
    if actor.key:
        last_use.touch(key_id=actor.key.pk, last_used_at=actor.key.last_used_at, now=now)
    return actor


def owner(claim: Claim, actor: Actor) -> User:
    """Return the user whom a key or ``user_id`` names; a ``username`` or ``identifier`` never suffices.

    Raises:
        UnknownOwner, UnknownKey, NoOwner: there is none.
    """
    if claim.user_id is not None and actor.user is None:
        raise UnknownOwner
    if actor.key is None and claim.user_id is None:
        raise UnknownKey
    if actor.user is None:
        raise NoOwner
    return actor.user


def key_and_owner(actor: Actor) -> tuple[Key, User]:
    """Return the key and its user; a user without key does not suffice.

    Raises:
        UnknownKey, NoOwner: one of them is missing.
    """
    if actor.key is None:
        raise UnknownKey
    if actor.user is None:
        raise NoOwner
    return actor.key, actor.user
