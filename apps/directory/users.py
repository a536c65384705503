"""Create and find users, shut them out and let them in again."""

import secrets
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Lower

from apps.directory import paths
from apps.directory.models import BOT_TYPES, Email, User, UserState, UserType

_PEOPLE_AND_PROGRAMS = BOT_TYPES | {UserType.HUMAN}


class UnknownUser(LookupError):
    """No user has this name."""

    def __init__(self, username: str) -> None:
        super().__init__(f"There is no user {username}.")


class Irreplaceable(ValueError):
    """Without this user the instance could not be run."""


def new_password() -> str:
    """Return a random password: 20 characters, 120 bits."""
    return secrets.token_urlsafe(15)


def find(username: str) -> User:
    """Return the user of this name, ignoring case.

    Raises:
        UnknownUser: there is none.
    """
    user = User.objects.named(username).first()
    if user is None:
        raise UnknownUser(username)
    return user


def create(
    *,
    username: str,
    name: str = "",
    email: str = "",
    admin: bool = False,
    external: bool = False,
    password: str | None = None,
) -> User:
    """Create a user with a namespace of its own; without a password nobody can log in as it.

    Raises:
        ValidationError: a value is not legal, or name or address are taken.
    """
    if not paths.names_user(username):
        raise ValidationError({"username": f"{username} is reserved or not legal as a path."})
    if paths.is_taken(username) or User.objects.named(username).exists():
        raise ValidationError({"username": f"{username} is taken."})
    if email and is_known(email):
        raise ValidationError({"email": f"{email} is taken."})
    fields = {"name": name, "email": email, "admin": admin, "external": external}
    User(username=username, **fields).clean_fields(exclude=["password"])
    return User.objects.create_user(username, password, **fields)


@transaction.atomic
def block(user: User) -> bool:
    """Shut a user out of everything; return whether that changed anything.

    Raises:
        Irreplaceable: an internal user, or the last administrator who can act.
    """
    if user.state in {UserState.BLOCKED, UserState.BANNED}:
        return False
    if user.user_type not in _PEOPLE_AND_PROGRAMS:
        raise Irreplaceable(f"{user} is an internal user of the instance.")
    keep_an_administrator(without=[user.pk])
    _set_state(user, UserState.BLOCKED)
    return True


@transaction.atomic
def keep_an_administrator(*, without: Iterable[int]) -> None:
    """Let pass what takes these users away, unless no administrator who can act would be left.

    Call it in the transaction that does so: the last two cannot go at once.

    Raises:
        Irreplaceable: the last administrator is among them.
    """
    gone = set(without)
    # Locked for that; by their order, so that two who look wait for one another.
    acting = User.objects.select_for_update(no_key=True).filter(admin=True, state=UserState.ACTIVE)
    administrators = {user.pk: user for user in acting.order_by("pk")}
    if administrators and not set(administrators) - gone:
        last = ", ".join(str(user) for user in administrators.values())
        raise Irreplaceable(f"{last} is the last administrator.")


def unblock(user: User) -> bool:
    """Let a user in again, whatever the reason was; return whether that changed anything."""
    if user.state == UserState.ACTIVE:
        return False
    _set_state(user, UserState.ACTIVE)
    return True


def is_known(email: str) -> bool:
    """Whether it is an address of a user, the primary or another one."""
    users = User.objects.alias(lower_email=Lower("email"))
    others = Email.objects.alias(lower_email=Lower("email"))
    return any(rows.filter(lower_email=email.lower()).exists() for rows in (users, others))


def _set_state(user: User, state: UserState) -> None:
    user.state = state
    user.save(update_fields=["state"])
