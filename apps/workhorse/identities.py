"""Who shows a login and a password over HTTP: a token, a person's password, or what Git LFS was given.

Cheap credentials are tried before the password, whose hash costs more than everything else together.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from apps.core.identifiers import number
from apps.core.observability import request_facts
from apps.directory import access_tokens
from apps.directory.models import PersonalAccessToken, User
from apps.git_access.lfs import tokens
from apps.git_access.repositories.containers import Container
from apps.ssh_keys import logins
from apps.ssh_keys.actors import Actor
from apps.ssh_keys.models import Key, KeyKind
from apps.workhorse import failures

WRITING_SCOPES = frozenset({"api", "write_repository"})
READING_SCOPES = WRITING_SCOPES | {"read_api", "read_repository"}
DEPLOY_KEY_LOGIN = "lfs+deploy-key-"


class Kind(StrEnum):
    """What was shown."""

    LFS_TOKEN = "lfs_token"  # noqa: S105 -- a name
    ACCESS_TOKEN = "access_token"  # noqa: S105 -- a name
    PASSWORD = "password"  # noqa: S105 -- a name


class NotIdentified(Exception):
    """Nobody has this login and this password; which of the two is wrong is not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who asks, and what the credential is good for; the rights in a project are another matter.

    ``user`` is the creator of a deploy key, or the ghost.
    """

    kind: Kind
    user: User
    deploy_key: Key | None = None
    may_read: bool = True
    may_write: bool = True
    token: PersonalAccessToken | None = None
    expires_at: datetime | None = None
    """Of a token of Git LFS."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What a Basic header says."""

    login: str
    password: str


def of_access_token(offered: Offered, *, now: datetime) -> Identity:
    """Return whose personal access token the password is; any login will do.

    Raises:
        NotIdentified: it is no token, or one that nobody may use.
    """
    try:
        token = access_tokens.find(offered.password)
    except access_tokens.UnknownToken:
        raise NotIdentified from None
    if token.state(on=now.date()) != "active":
        raise NotIdentified
    try:
        logins.may_log_in(token.user, now=now)
    except logins.LoginRefused:
        raise NotIdentified from None
    request_facts.note(token_id=token.pk)
    access_tokens.record_use(token, now=now)
    scopes = frozenset(token.scopes)
    return Identity(
        kind=Kind.ACCESS_TOKEN,
        user=token.user,
        may_read=bool(scopes & READING_SCOPES),
        may_write=bool(scopes & WRITING_SCOPES),
        token=token,
    )


def of_password(offered: Offered, *, now: datetime) -> Identity:
    """Return whose password it is; the login is the name or the primary email address.

    Raises:
        NotIdentified: nobody's, or its owner needs a token instead.
    """
    if "\0" in offered.login or not failures.may_try(offered.login):
        raise NotIdentified
    try:
        user = logins.password_owner(login=offered.login, password=offered.password, now=now)
    except logins.LoginRefused as refused:
        request_facts.note(login=str(refused))
        raise NotIdentified from None
    failures.forgive(offered.login)
    return Identity(kind=Kind.PASSWORD, user=user)


def of_lfs_token(offered: Offered, *, container: Container | None, now: datetime) -> Identity:
    """Return for whom a token of Git LFS was made; it opens the container that it was made for.

    Raises:
        NotIdentified: it is none, or not for this login or this container.
    """
    if offered.password.count(".") != 2:  # no JWT, so nobody need be looked up
        raise NotIdentified
    actor = _lfs_actor(offered.login)
    if actor is None or actor.user is None:
        raise NotIdentified
    try:
        opens = tokens.verify(offered.password, actor=actor, container=container, now=now)
    except tokens.InvalidToken:
        raise NotIdentified from None
    return Identity(
        kind=Kind.LFS_TOKEN,
        user=actor.user,
        deploy_key=actor.deploy_key,
        may_write=opens.operation != "download",
        expires_at=opens.expires_at,
    )


def _lfs_actor(login: str) -> Actor | None:
    if "\0" in login:
        return None
    if not login.startswith(DEPLOY_KEY_LOGIN):
        user = User.objects.named(login).first() or User.objects.addressed(login).first()
        return Actor(user=user) if user else None
    keys = Key.objects.authenticating().filter(kind=KeyKind.DEPLOY_KEY)
    key = keys.select_related("user").filter(pk=number(login.removeprefix(DEPLOY_KEY_LOGIN))).first()
    return Actor(key=key, user=key.user or User.objects.ghost()) if key else None
