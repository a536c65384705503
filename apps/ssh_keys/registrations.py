"""Store the keys of users and deployments, open projects to deploy keys, and end both."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from apps.directory.models import Project, User
from apps.ssh_keys import public_keys
from apps.ssh_keys.models import DeployKeyGrant, Key, KeyKind, UsageType
from apps.ssh_keys.models.keys import NEEDS_CREATOR


class UnknownKeyId(LookupError):
    """No key has this id."""

    def __init__(self, key_id: int) -> None:
        super().__init__(f"There is no key {key_id}.")


class NoGrant(LookupError):
    """The key does not open the project."""


class NotADeployKey(ValueError):
    """A user's key opens what its user may open, and nothing is granted to it."""


class NoCreator(ValueError):
    """A key without creator would be stored as one that may push, and never could."""

    def __init__(self) -> None:
        super().__init__(NEEDS_CREATOR)


class AlreadyStored(ValueError):
    """The key is stored already: a fingerprint is unique among user keys and deploy keys."""

    def __init__(self, stored: Key) -> None:
        owner = f" of {stored.user}" if stored.user else ""
        kind = stored.get_kind_display().lower()
        super().__init__(f"This key is stored already: {kind} {stored.pk}{owner}, {stored.title}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A public key as it was given; without a title it is called by its comment."""

    text: str
    title: str = ""
    expires_at: datetime | None = None
    usage_type: UsageType = UsageType.AUTH_AND_SIGNING


def find(key_id: int) -> Key:
    """Return a key by its id.

    Raises:
        UnknownKeyId: there is none.
    """
    key = Key.objects.select_related("user").filter(pk=key_id).first()
    if key is None:
        raise UnknownKeyId(key_id)
    return key


def add_user_key(*, user: User, new: NewKey) -> Key:
    """Store a key of a user.

    Raises:
        ValidationError: it is no key, has no title, or has expired already.
        AlreadyStored: so it is.
    """
    return _add(Key(kind=KeyKind.USER_KEY, user=user), new)


@transaction.atomic
def add_deploy_key(
    *, new: NewKey, project: Project, can_push: bool = False, creator: User | None = None
) -> Key:
    """Store a deploy key that opens a project; ``creator`` is whose rights count when it pushes.

    Raises:
        ValidationError: it is no key, has no title, or has expired already.
        AlreadyStored: so it is; the project can be granted to it.
        NoCreator: it may push, and nobody's rights would count.
    """
    key = _add(Key(kind=KeyKind.DEPLOY_KEY, user=creator), new)
    grant(key=key, project=project, can_push=can_push)
    return key


def grant(*, key: Key, project: Project, can_push: bool) -> DeployKeyGrant:
    """Open a project to a deploy key, or change whether it may push there.

    Raises:
        NotADeployKey: it is the key of a user.
        NoCreator: it may push, and nobody's rights would count.
    """
    if key.kind != KeyKind.DEPLOY_KEY:
        raise NotADeployKey(f"Key {key.pk} belongs to {key.user}: only a deploy key is granted a project.")
    if can_push and key.user is None:
        raise NoCreator
    row, _ = DeployKeyGrant.objects.update_or_create(
        key=key, project=project, defaults={"can_push": can_push}
    )
    return row


def withdraw(*, key: Key, project: Project) -> None:
    """Close a project to a deploy key; the key stays.

    Raises:
        NoGrant: it was closed.
    """
    count, _ = DeployKeyGrant.objects.filter(key=key, project=project).delete()
    if not count:
        raise NoGrant(f"Key {key.pk} does not open {project.full_path}.")


@transaction.atomic
def remove_deploy_key(*, key: Key, project: Project) -> bool:
    """Close a project to a deploy key, and delete one that opens nothing else; return whether that was so.

    Raises:
        NoGrant: it was closed.
    """
    withdraw(key=key, project=project)
    useless = not key.grants.exists()
    if useless:
        key.delete()
    return useless


@transaction.atomic
def revoke(ids: Collection[int]) -> dict[int, Key]:
    """Delete these keys and what was granted to them; return them by id.

    Raises:
        UnknownKeyId: one of the ids is none; then nothing is changed.
    """
    keys = {key.pk: key for key in Key.objects.select_related("user").filter(pk__in=ids).order_by("pk")}
    for key_id in ids:
        if key_id not in keys:
            raise UnknownKeyId(key_id)
    for key in keys.values():
        key.delete()
    return keys


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of keys that were stored together, by fingerprint; ``others`` says whose the rest are."""

    stored: list[str]
    known: list[str]
    others: list[str]


@transaction.atomic
def add_user_keys(
    *, user: User, texts: Sequence[str], expires_at: datetime | None, dry_run: bool = False
) -> Imported:
    """Store many keys of a user, but those that are stored already.

    Raises:
        ValidationError: one is no key, or would have expired already; none is stored then.
    """
    outcome = Imported([], [], [])
    for text in texts:
        fingerprint = public_keys.parse(text).fingerprint_sha256
        there = Key.objects.select_related("user").filter(fingerprint_sha256=fingerprint).first()
        if there is None:
            title = _comment(text) or f"SHA256:{fingerprint}"
            if not dry_run:
                add_user_key(user=user, new=NewKey(text=text, title=title, expires_at=expires_at))
            outcome.stored.append(f"SHA256:{fingerprint}")
        elif there.kind == KeyKind.USER_KEY and there.user_id == user.pk:
            outcome.known.append(f"SHA256:{fingerprint}")
        else:
            outcome.others.append(str(AlreadyStored(there)))
    return outcome


@transaction.atomic
def expire(ids: Collection[int], *, at: datetime) -> int:
    """Let keys expire at a moment, later than before or earlier; return how many these are.

    Raises:
        UnknownKeyId: one of the ids is none; then nothing is changed.
    """
    keys = Key.objects.filter(pk__in=ids)
    known = set(keys.values_list("pk", flat=True))
    for key_id in ids:
        if key_id not in known:
            raise UnknownKeyId(key_id)
    return keys.update(expires_at=at)


def _add(key: Key, new: NewKey) -> Key:
    key.key, key.expires_at, key.usage_type = new.text, new.expires_at, new.usage_type
    key.title = new.title or _comment(new.text)
    key.full_clean(validate_unique=False, validate_constraints=False)
    stored = Key.objects.select_related("user").filter(fingerprint_sha256=key.fingerprint_sha256).first()
    if stored:
        raise AlreadyStored(stored)
    key.save()
    return key


def _comment(text: str) -> str:
    try:
        return public_keys.parse(text).comment
    except public_keys.InvalidPublicKey:
        return ""  # the check of the row says what is wrong with it
