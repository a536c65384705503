"""Tokens with which Git LFS fetches and stores the objects of one repository over HTTP.

Whoever is known gets a token for whatever exists; the LFS server checks what it is used for.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt
from django.conf import settings
from django.utils.crypto import salted_hmac

from apps.directory.models import Namespace, Project
from apps.git_access.policy import lfs_switches
from apps.git_access.repositories import remotes
from apps.git_access.repositories.containers import Container
from apps.git_access.repositories.ids import RepositoryType
from apps.ssh_keys import last_use, logins
from apps.ssh_keys.actors import Actor
from apps.ssh_keys.models import Key

LIFETIME = 1800  # seconds
ALGORITHM = "HS256"
_NOT_BEFORE = 5  # seconds by which a verifier's clock may be late
_LEEWAY = 60  # seconds
_CONTAINERS = {
    RepositoryType.PROJECT: "gid://gitlab/Project/{}",
    RepositoryType.PROJECT_WIKI: "gid://gitlab/ProjectWiki/{}",
}


class NoLfs(LookupError):
    """There is no such repository, or LFS is off for it."""


class UnknownActor(LookupError):
    """Neither a user nor a deploy key."""


class InvalidToken(ValueError):
    """The token does not open this repository for this actor, or does not any more."""


@dataclass(frozen=True, slots=True)
class Opens:
    """For what a token is good: one operation of LFS, or all of them, until a moment."""

    operation: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """With what Git LFS logs in, and where."""

    username: str
    token: str
    repository_http_path: str
    expires_in: int = LIFETIME


def authenticate(*, container: Container | None, actor: Actor, now: datetime) -> Authentication:
    """Return a fresh token for a repository.

    Raises:
        NoLfs: there is nothing to fetch objects of.
        UnknownActor: there is nobody to make a token for.
    """
    if container is None or not is_enabled(container):
        raise NoLfs
    name = username(actor)
    if actor.key:
        last_use.touch(key_id=actor.key.pk, last_used_at=actor.key.last_used_at, now=now)
    return Authentication(
        username=name,
        token=_issue(actor, container=container, now=now),
        repository_http_path=remotes.http_url(container.gl_project_path),
    )


def for_operation(actor: Actor, *, container: Container, operation: str, now: datetime) -> str:
    """Return a fresh token that opens a repository for ``download`` or ``upload``, and for nothing else."""
    return _issue(actor, container=container, now=now, operation=operation)


def is_enabled(container: Container) -> bool:
    """Whether a repository has LFS."""
    project = container.project
    if project is None or container.type not in _CONTAINERS:
        return False
    return lfs_switches.is_on(
        instance=settings.LFS_ENABLED,
        project=project.lfs_enabled,
        namespaces=_said_by_namespaces(project),
    )


def _said_by_namespaces(project: Project) -> Iterator[bool]:
    ids = project.namespace.ancestor_ids
    values = Namespace.objects.filter(pk__in=ids, lfs_enabled__isnull=False).values_list("pk", "lfs_enabled")
    nearest = dict(values)
    return (bool(nearest[pk]) for pk in reversed(ids) if pk in nearest)


def username(actor: Actor) -> str:
    """Return the name that a token is made out to.

    Raises:
        UnknownActor: neither a deploy key nor a user, or a user key without owner.
    """
    if actor.deploy_key:
        return f"lfs+deploy-key-{actor.deploy_key.pk}"
    if actor.user:
        return actor.user.username
    raise UnknownActor


def _issue(actor: Actor, *, container: Container, now: datetime, operation: str | None = None) -> str:
    issued = int(now.timestamp())
    data = {"actor": username(actor), "container_gid": _global_id(container)}
    claims = {
        "data": {**data, "operation": operation} if operation else data,
        "jti": str(uuid.uuid4()),
        "iat": issued,
        "nbf": issued - _NOT_BEFORE,
        "exp": issued + LIFETIME,
    }
    return jwt.encode(claims, _signing_key(actor), algorithm=ALGORITHM)


def verify(token: str, *, actor: Actor, container: Container | None, now: datetime) -> Opens:
    """Accept a token that was made for this actor and, where both sides name one, this repository.

    Return what it opens.

    Raises:
        InvalidToken: it was not, its time is over, or the user may not log in.
    """
    claims = _decoded(token, _signing_key(actor))
    data = claims["data"]
    repository = data.get("container_gid")
    if data.get("actor") != username(actor):
        raise InvalidToken("made for another actor")
    if container and repository and repository != _global_id(container):
        raise InvalidToken("made for another repository")
    if not _is_current(claims, now=now):
        raise InvalidToken("not valid at this time")
    if actor.deploy_key is None and actor.user:
        try:
            logins.may_log_in(actor.user, now=now)
        except logins.LoginRefused as refused:
            raise InvalidToken(str(refused)) from refused
    return Opens(data.get("operation"), datetime.fromtimestamp(claims["exp"], UTC))


def _decoded(token: str, key: bytes) -> dict[str, Any]:
    # The times are compared with the caller's clock, not with this library's.
    options: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "require": ["nbf", "exp"]}
    try:
        claims: dict[str, Any] = jwt.decode(token, key, algorithms=[ALGORITHM], options=options)
    except (jwt.PyJWTError, ValueError) as error:
        raise InvalidToken("not signed by this instance") from error
    if not isinstance(claims.get("data"), dict):
        raise InvalidToken("not an LFS token")
    return claims


def _is_current(claims: dict[str, Any], *, now: datetime) -> bool:
    moment = now.timestamp()
    return bool(claims["nbf"] - _LEEWAY <= moment < claims["exp"] + _LEEWAY)


def _signing_key(actor: Actor) -> bytes:
    """Return the HMAC key of an actor's tokens: it changes with the user's password."""
    if actor.deploy_key:
        return _deploy_key_secret(actor.deploy_key)
    if actor.user:
        tail = actor.user.password[-16:].rjust(16)
        return f"{actor.user.pk}{tail}{_server_key()[:16]}".encode()
    raise UnknownActor


def _deploy_key_secret(key: Key) -> bytes:
    return f"{key.fingerprint_sha256[:16]}{_server_key()[:32]}".encode()


def _server_key() -> str:
    """Return the instance's part of every signing key.

    It is derived from ``SECRET_KEY``, so there is no further secret to keep; when that changes, tokens that
    are still out end half an hour early at most.
    """
    return salted_hmac("gitlab_internal.lfs", "tokens", algorithm="sha256").hexdigest()


def _global_id(container: Container) -> str:
    return _CONTAINERS[container.type].format(container.id.container_id)
