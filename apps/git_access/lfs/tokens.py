"""Tokens with which Git LFS fetches and stores the objects of one repository over HTTP.

Whoever is known gets a token for whatever exists; the LFS server checks what it is used for.
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt
from django.conf import settings

from apps.core.api.signed_tokens import Remembered
from apps.directory.models import Namespace, Project
from apps.git_access.lfs import holders
from apps.git_access.lfs.holders import Holder
from apps.git_access.policy import lfs_switches
from apps.git_access.repositories import remotes
from apps.git_access.repositories.containers import Container
from apps.git_access.repositories.ids import RepositoryId, RepositoryType
from apps.ssh_keys import last_use, logins
from apps.ssh_keys.actors import Actor

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
        holders.UnknownActor: there is nobody to make a token for.
    """
    if container is None or not is_enabled(container):
        raise NoLfs
    holder = holders.of(actor)
    if actor.key:
        last_use.touch(key_id=actor.key.pk, last_used_at=actor.key.last_used_at, now=now)
    return Authentication(
        username=holder.name,
        token=issue(holder, repository=container.id, now=now),
        repository_http_path=remotes.http_url(container.gl_project_path),
    )


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


def issue(holder: Holder, *, repository: RepositoryId, now: datetime, operation: str | None = None) -> str:
    """Return a fresh token that opens a repository; with an ``operation`` of LFS, for nothing else."""
    issued = int(now.timestamp())
    data = {"actor": holder.name, "container_gid": _global_id(repository)}
    claims = {
        "data": {**data, "operation": operation} if operation else data,
        "jti": str(uuid.uuid4()),
        "iat": issued,
        "nbf": issued - _NOT_BEFORE,
        "exp": issued + LIFETIME,
    }
    return jwt.encode(claims, holder.key, algorithm=ALGORITHM)


def verify(token: str, *, holder: Holder, repository: RepositoryId | None, now: datetime) -> Opens:
    """Accept a token that was made for this holder and, where both sides name one, this repository.

    Return what it opens.

    Raises:
        InvalidToken: it was not, its time is over, or the user may not log in.
    """
    claims = _remembered.claims_of(token, holder.key)
    if claims is None:
        raise InvalidToken("not signed by this instance")
    data = claims.get("data")
    if not isinstance(data, dict):
        raise InvalidToken("not an LFS token")
    made_for = data.get("container_gid")
    if data.get("actor") != holder.name:
        raise InvalidToken("made for another actor")
    if repository and made_for and made_for != _global_id(repository):
        raise InvalidToken("made for another repository")
    if not _is_current(claims, now=now):
        raise InvalidToken("not valid at this time")
    if holder.account:
        try:
            logins.may_log_in(holder.account, now=now)
        except logins.LoginRefused as refused:
            raise InvalidToken(str(refused)) from refused
    return Opens(data.get("operation"), datetime.fromtimestamp(claims["exp"], UTC))


def _read(token: str, key: bytes) -> Mapping[str, Any] | None:
    # The times are compared with the caller's clock, not with this library's.
    options: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "require": ["nbf", "exp"]}
    try:
        return jwt.decode(token, key, algorithms=[ALGORITHM], options=options)
    except (jwt.PyJWTError, ValueError):
        return None


_remembered = Remembered(_read, most=256, longest=1024)  # one is shown twice for each file of a push


def _is_current(claims: Mapping[str, Any], *, now: datetime) -> bool:
    moment = now.timestamp()
    return bool(claims["nbf"] - _LEEWAY <= moment < claims["exp"] + _LEEWAY)


def _global_id(repository: RepositoryId) -> str | None:
    form = _CONTAINERS.get(repository.type)
    return form.format(repository.container_id) if form else None
