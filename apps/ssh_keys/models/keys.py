"""SSH keys of users and of deployments, and which projects a deploy key opens."""

import re
from base64 import b64decode
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from apps.core.json_values import storable_text
from apps.directory.models import Project
from apps.ssh_keys import public_keys

# A fingerprint in a line of `ssh-keygen -lf`, and the part of a public key that is one; all begin so.
_PRINTED = re.compile(r"SHA256:[A-Za-z0-9+/]{43}|MD5:([0-9a-fA-F]{2}:){15}[0-9a-fA-F]{2}")
_BLOB = re.compile(r"AAAA[A-Za-z0-9+/]+={0,2}")
_MD5 = re.compile(r"(MD5:)?([0-9a-fA-F]{2}:){15}[0-9a-fA-F]{2}")


class KeyKind(models.TextChoices):
    """Whose key it is."""

    USER_KEY = "user", "User key"
    DEPLOY_KEY = "deploy", "Deploy key"


class UsageType(models.TextChoices):
    """What a key is for; a signing key opens nothing."""

    AUTH_AND_SIGNING = "auth_and_signing", "Authentication and signing"
    AUTH = "auth", "Authentication"
    SIGNING = "signing", "Signing"


class KeyState(models.TextChoices):
    """Whether a key opens anything at some moment."""

    USABLE = "usable", "Usable"
    EXPIRES_SOON = "expires_soon", "Expires soon"
    EXPIRED = "expired", "Expired"
    SIGNING_ONLY = "signing_only", "Signing only"


SOON = timedelta(days=7)
NEEDS_CREATOR = "A deploy key pushes with the rights of its creator, and this key has none: name a user."


class KeyQuerySet(models.QuerySet["Key"]):
    """Keys by what they are good for."""

    def authenticating(self) -> "KeyQuerySet":
        """Keys that may log in at all: not for signing only."""
        return self.exclude(usage_type=UsageType.SIGNING)

    def expiring(self, *, within: timedelta, now: datetime) -> "KeyQuerySet":
        """Keys that work now and stop within this time."""
        return self.filter(expires_at__gt=now, expires_at__lte=now + within)

    def fingerprinted(self, text: str) -> "KeyQuerySet":
        """The key with this fingerprint as OpenSSH prints it, alone or in its line, or a whole key.

        ``ssh-keygen -lf`` prints ``256 SHA256:… comment (ED25519)``; of a key its Base64 text suffices.
        """
        term = text.strip()
        if printed := _PRINTED.search(term):
            term = printed[0]
        elif _BLOB.fullmatch(term):
            with suppress(ValueError):
                return self.filter(fingerprint_sha256=public_keys.fingerprint_sha256(b64decode(term)))
        if not storable_text(term):
            return self.none()
        with suppress(public_keys.InvalidPublicKey):
            return self.filter(fingerprint_sha256=public_keys.parse(term).fingerprint_sha256)
        if _MD5.fullmatch(term):
            return self.filter(fingerprint_md5=term[-47:].lower())
        return self.filter(fingerprint_sha256=term.removeprefix("SHA256:").rstrip("="))

    def expire(self, *, at: datetime) -> int:
        """Let these keys expire at this moment, and return how many had not yet."""
        return self.filter(models.Q(expires_at=None) | models.Q(expires_at__gt=at)).update(expires_at=at)


class Key(models.Model):
    """A public key. User keys and deploy keys share one table, so a fingerprint is unique across both.

    ``user`` is the owner of a user key and the creator of a deploy key; a deploy key without creator belongs
    to the ghost user.
    """

    kind = models.CharField(max_length=8, choices=KeyKind, default=KeyKind.USER_KEY)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="keys",
    )
    title = models.CharField(max_length=255)
    key = models.TextField(max_length=public_keys.MAX_LENGTH)
    algorithm = models.CharField(max_length=64, editable=False)
    bits = models.PositiveIntegerField(editable=False)
    fingerprint_sha256 = models.CharField("SHA-256 fingerprint", max_length=64, editable=False)
    fingerprint_md5 = models.CharField("MD5 fingerprint", max_length=64, editable=False)
    usage_type = models.CharField(max_length=32, choices=UsageType, default=UsageType.AUTH_AND_SIGNING)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True, db_index=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = KeyQuerySet.as_manager()

    class Meta:
        verbose_name = "SSH key"
        indexes = (
            # With `db_index` PostgreSQL has two indexes of a text, one for beginnings, which nobody asks for.
            models.Index(fields=["fingerprint_md5"], name="key_fingerprint_md5"),
            # PostgreSQL finds the beginning of a text by it; SQLite knows no classes of operators.
            models.Index(fields=["title"], name="key_title_begins", opclasses=["varchar_pattern_ops"]),
        )
        constraints = (
            models.UniqueConstraint(fields=["fingerprint_sha256"], name="key_fingerprint_sha256_unique"),
            models.CheckConstraint(condition=models.Q(kind__in=KeyKind.values), name="key_kind_known"),
            models.CheckConstraint(
                condition=models.Q(usage_type__in=UsageType.values), name="key_usage_type_known"
            ),
            models.CheckConstraint(condition=~models.Q(title=""), name="key_title_not_empty"),
        )

    def __str__(self) -> str:
        return f"{self.title} (SHA256:{self.fingerprint_sha256})"

    def clean(self) -> None:
        """Refuse what is no key, and a new key that has expired already."""
        try:
            self.read()
        except public_keys.InvalidPublicKey as error:
            raise ValidationError({"key": str(error)}) from error
        if self._state.adding and self.expires_at and self.expires_at <= timezone.now():
            raise ValidationError({"expires_at": "A new key expires in the future."})

    def read(self) -> None:
        """Fill every field that follows from the text of the key.

        Raises:
            InvalidPublicKey: the text is no key.
        """
        public_key = public_keys.parse(self.key)
        self.key = public_key.line
        self.algorithm = public_key.algorithm
        self.bits = public_key.bits
        self.fingerprint_sha256 = public_key.fingerprint_sha256
        self.fingerprint_md5 = public_key.fingerprint_md5

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; the fingerprints of a new key are set here."""
        if self._state.adding:
            self.read()
        super().save(*args, **kwargs)

    def expired(self, *, at: datetime) -> bool:
        """Whether the key has expired at this moment."""
        return self.expires_at is not None and self.expires_at <= at

    def opens(self) -> list[str]:
        """The paths of the projects that a deploy key opens; those where it may push say so."""
        return sorted(
            f"{grant.project.full_path} (push)" if grant.can_push else grant.project.full_path
            for grant in self.grants.all()
        )

    def state(self, *, at: datetime) -> KeyState:
        """Whether the key opens anything at this moment."""
        if self.expired(at=at):
            return KeyState.EXPIRED
        if self.usage_type == UsageType.SIGNING:
            return KeyState.SIGNING_ONLY
        soon = self.expires_at is not None and self.expires_at <= at + SOON
        return KeyState.EXPIRES_SOON if soon else KeyState.USABLE


class DeployKeyGrant(models.Model):
    """A deploy key opens a project: for reading, and for writing where ``can_push``."""

    key = models.ForeignKey(Key, on_delete=models.CASCADE, related_name="grants")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="deploy_key_grants")
    can_push = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["key", "project"], name="deploy_key_grant_unique"),)

    def __str__(self) -> str:
        return f"{self.key} for {self.project}"

    def clean(self) -> None:
        """Refuse a user key, and writing where nobody's rights would count."""
        if self.key.kind != KeyKind.DEPLOY_KEY:
            raise ValidationError({"key": "Only a deploy key can be granted a project."})
        if self.can_push and self.key.user is None:
            raise ValidationError({"can_push": NEEDS_CREATOR})
