"""Who shows a login and a password over HTTP: a token, a person's password, or what Git LFS was given.

Cheap credentials are tried before the password, whose hash costs more than everything else together.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from apps.core.identifiers import NO_ID, number
from apps.core.json_values import storable_text
from apps.core.observability import request_facts
from apps.directory import access_tokens
from apps.directory.models import User
from apps.git_access.context import gitaly_repositories
from apps.git_access.context.facts import Facts, UserFacts
from apps.git_access.lfs import holders, tokens
from apps.git_access.lfs.holders import Holder
from apps.ssh_keys import logins
from apps.ssh_keys.actors import Actor, Lookup
from apps.ssh_keys.models import Key, KeyKind
from apps.workhorse import failures

Look: TypeAlias = Callable[[Lookup], Facts]
"""Reads what is known about somebody, and about the repository that the request is about."""

WRITING_SCOPES = frozenset({"api", "write_repository"})
READING_SCOPES = WRITING_SCOPES | {"read_api", "read_repository"}


class CredentialKind(StrEnum):
    """What was shown."""

    LFS_TOKEN = "lfs_token"  # noqa: S105 -- a name
    ACCESS_TOKEN = "access_token"  # noqa: S105 -- a name
    PASSWORD = "password"  # noqa: S105 -- a name


class NotIdentified(Exception):
    """Nobody has this login and this password; which of the two is wrong is not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who asks, and what the credential is good for; the rights in a project are another matter."""

    kind: CredentialKind
    facts: Facts
    """About the person, or the deploy key, and the repository that the request is about."""
    may_read: bool = True
    may_write: bool = True
    holder: Holder | None = None
    """For whom a token of Git LFS was made out."""
    expires_at: datetime | None = None
    """Of a token of Git LFS."""

    @property
    def user(self) -> UserFacts:
        """Who it is: of a deploy key its creator, or the ghost."""
        if self.facts.user is None:
            raise LookupError("nobody is identified as nobody")
        return self.facts.user

    @property
    def is_deploy_key(self) -> bool:
        """Whether it is no person."""
        return self.facts.deploy_key is not None


@dataclass(frozen=True, slots=True)
class Offered:
    """What a Basic header says."""

    login: str
    password: str


def of_access_token(offered: Offered, *, look: Look, now: datetime) -> Identity:
    """Return whose personal access token the password is; any login will do.

    Raises:
        NotIdentified: it is no token, or one that nobody may use.
    """
    facts = look(Lookup(token_digest=access_tokens.digest(offered.password)))
    token, user = facts.token, facts.user
    if token is None or user is None or not token.usable(on=now.date()):
        raise NotIdentified
    try:
        logins.may_log_in(user, now=now)
    except logins.LoginRefused:
        raise NotIdentified from None
    request_facts.note(token_id=token.id)
    access_tokens.record_use(token_id=token.id, last_used_at=token.last_used_at, now=now)
    return Identity(
        kind=CredentialKind.ACCESS_TOKEN,
        facts=facts,
        may_read=not READING_SCOPES.isdisjoint(token.scopes),
        may_write=not WRITING_SCOPES.isdisjoint(token.scopes),
    )


def of_password(offered: Offered, *, look: Look, now: datetime) -> Identity:
    """Return whose password it is; the login is the name or the primary email address.

    Raises:
        NotIdentified: nobody's, or its owner needs a token instead.
    """
    if not storable_text(offered.login) or not failures.may_try(offered.login):
        raise NotIdentified
    try:
        user = logins.password_owner(login=offered.login, password=offered.password, now=now)
    except logins.LoginRefused as refused:
        request_facts.note(login=str(refused))
        raise NotIdentified from None
    failures.forgive(offered.login)
    facts = look(Lookup(user_id=user.pk))
    if facts.user is None:
        raise NotIdentified  # removed in between
    return Identity(kind=CredentialKind.PASSWORD, facts=facts)


def of_lfs_token(offered: Offered, *, look: Look, now: datetime) -> Identity:
    """Return for whom a token of Git LFS was made; it opens the repository that it was made for.

    Raises:
        NotIdentified: it is none, or not for this login or this repository.
    """
    is_token = offered.password.count(".") == 2  # as every JWT; for another nobody need be looked up
    if not is_token or not storable_text(offered.login):
        raise NotIdentified
    try:
        holder, facts = _holder(offered.login, look)
        repository = gitaly_repositories.repository_id(facts) if facts.container_id else None
        opens = tokens.verify(offered.password, holder=holder, repository=repository, now=now)
    except (holders.UnknownActor, tokens.InvalidToken):
        raise NotIdentified from None
    return Identity(
        kind=CredentialKind.LFS_TOKEN,
        facts=facts,
        may_write=opens.operation != "download",
        holder=holder,
        expires_at=opens.expires_at,
    )


def _holder(login: str, look: Look) -> tuple[Holder, Facts]:
    if login.startswith(holders.DEPLOY_KEY):
        return _deploy_key(number(login.removeprefix(holders.DEPLOY_KEY)), look)
    holder = holders.of_login(login)
    facts = look(Lookup(user_id=holder.user_id))
    if facts.user is None:
        raise holders.UnknownActor  # removed in between
    return replace(holder, account=facts.user), facts


def _deploy_key(key_id: int, look: Look) -> tuple[Holder, Facts]:
    keys = Key.objects.authenticating().filter(kind=KeyKind.DEPLOY_KEY)
    key = keys.filter(pk=key_id).first() if key_id != NO_ID else None
    if key is None:
        raise holders.UnknownActor
    if key.user_id is None:
        User.objects.ghost()  # the first deploy key without creator calls it into being
    return holders.of(Actor(key=key)), look(Lookup(key_id=key_id))
