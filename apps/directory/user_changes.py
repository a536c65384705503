"""Changing users: fields, names with the paths that follow, passwords, and who may do everything."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from apps.directory import paths, users
from apps.directory.models import Namespace, User

EDITABLE = ("name", "email", "external", "projects_limit")


@transaction.atomic
def edit(user: User, *, changes: dict[str, Any]) -> None:
    """Change some of :data:`EDITABLE`.

    Raises:
        ValidationError: a value is not legal, or the address is taken.
    """
    email = changes.get("email", user.email)
    if email.lower() != user.email.lower() and users.is_known(email):
        raise ValidationError({"email": f"{email} is taken."})
    for name, value in changes.items():
        setattr(user, name, value)
    user.clean_fields(exclude=["password"])
    user.save(update_fields=list(changes))


@transaction.atomic
def rename(user: User, *, username: str) -> None:
    """Give a user another name; all paths of its namespace lead to where they led.

    Raises:
        ValidationError: the name is not legal, or taken.
    """
    if not paths.names_user(username):
        raise ValidationError({"username": f"{username} is reserved or not legal as a path."})
    own = Namespace.objects.filter(owner=user).select_related("route").first()
    taken = User.objects.named(username).exclude(pk=user.pk).exists()
    if taken or paths.is_taken(username, own=own.route if own else None):
        raise ValidationError({"username": f"{username} is taken."})
    user.username = username
    user.save(update_fields=["username"])
    if own:
        paths.rename_namespace(own, path=username)


@transaction.atomic
def promote(user: User, *, admin: bool) -> bool:
    """Let a user do everything, or no longer; return whether that changed anything.

    Raises:
        Irreplaceable: it is the last administrator.
    """
    if user.admin == admin:
        return False
    if not admin:
        users.keep_an_administrator(without=[user.pk])
    user.admin = admin
    user.save(update_fields=["admin"])
    return True


def set_password(user: User, *, password: str) -> None:
    """Replace the password, and end the lock after failed attempts."""
    user.set_password(password)
    user.password_automatically_set = False
    user.save(update_fields=["password", "password_automatically_set"])
    user.forget_failures()
