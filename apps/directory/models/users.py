"""Users, the terms they accept, and their personal access tokens."""

import functools
import itertools
import operator
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone

from apps.directory.models.namespaces import Namespace


class UserState(models.TextChoices):
    """Whether a user may act; only active users may."""

    ACTIVE = "active", "Active"
    BLOCKED = "blocked", "Blocked"
    BLOCKED_PENDING_APPROVAL = "blocked_pending_approval", "Blocked, pending approval"
    BANNED = "banned", "Banned"
    DEACTIVATED = "deactivated", "Deactivated"


class UserType(models.TextChoices):
    """What stands behind a user: a person, a program, or the instance itself."""

    HUMAN = "human", "Human"
    PROJECT_BOT = "project_bot", "Project bot"
    SERVICE_USER = "service_user", "Service user"
    SERVICE_ACCOUNT = "service_account", "Service account"
    GHOST = "ghost", "Ghost"
    SUPPORT_BOT = "support_bot", "Support bot"
    ALERT_BOT = "alert_bot", "Alert bot"
    SECURITY_BOT = "security_bot", "Security bot"


# Programs of the instance's users; what is neither these nor human is internal.
BOT_TYPES = frozenset({UserType.PROJECT_BOT, UserType.SERVICE_USER, UserType.SERVICE_ACCOUNT})


class UserManager(BaseUserManager["User"]):
    """Finds users by name whatever its letter case."""

    @transaction.atomic
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """Create a user with a namespace of its own; without a password nobody can log in as it."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        Namespace.objects.create_personal(user)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """Create an instance administrator; what ``manage.py createsuperuser`` calls."""
        return self.create_user(username, password, admin=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find by username, ignoring case: ``Root`` logs in as ``root``."""
        return self.named(username or "").get()

    def named(self, username: str) -> models.QuerySet["User"]:
        """Users with this name, ignoring case: at most one."""
        return self.alias(lower_username=Lower("username")).filter(lower_username=username.lower())

    def addressed(self, email: str) -> models.QuerySet["User"]:
        """Users with this primary address, ignoring case: at most one."""
        # The empty ones stand outside of the index that keeps addresses apart.
        return self.exclude(email="").alias(lower_email=Lower("email")).filter(lower_email=email.lower())

    def searched(self, text: str) -> models.QuerySet["User"]:
        """Users with this text in username, full name or address, ignoring case."""
        fields = ("username", "name", "email")
        conditions = (models.Q(**{f"{field}__icontains": text}) for field in fields)
        return self.filter(functools.reduce(operator.or_, conditions)) if text else self.all()

    def ghost(self) -> "User":
        """Return the internal user that stands in for a deleted creator."""
        names = (f"ghost{number or ''}" for number in itertools.count())
        free = next(name for name in names if not self.named(name).exclude(user_type=UserType.GHOST).exists())
        ghost, _ = self.get_or_create(
            user_type=UserType.GHOST, defaults={"username": free, "name": "Ghost User", "password": "!"}
        )
        return ghost


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody or something that acts: a person, a bot, or an internal user of the instance."""

    # One switch for both: an instance administrator passes every permission of the admin site.
    is_superuser = None  # removes the inherited column
    username = models.CharField(max_length=255, unique=True)
    name = models.CharField(max_length=255, blank=True)
    email = models.EmailField(max_length=255, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True, default=timezone.now)
    state = models.CharField(max_length=32, choices=UserState, default=UserState.ACTIVE)
    user_type = models.CharField(max_length=32, choices=UserType, default=UserType.HUMAN)
    admin = models.BooleanField(default=False)
    external = models.BooleanField(default=False)
    password_expires_at = models.DateTimeField(null=True, blank=True)
    password_automatically_set = models.BooleanField(default=False)
    projects_limit = models.PositiveIntegerField(default=100_000)
    last_activity_on = models.DateField(null=True, blank=True)
    otp_required_for_login = models.BooleanField("two-factor authentication", default=False)
    failed_attempts = models.PositiveIntegerField(default=0)
    locked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        indexes = (
            models.Index(Lower("name"), name="user_name_lower"),  # operators look for people by it
            # The few who take no seat, found without reading the many who do.
            models.Index(fields=["id"], condition=~models.Q(state=UserState.ACTIVE), name="user_inactive"),
            # Operators list those who are blocked.
            models.Index(fields=["state", "username"], name="user_by_state"),
        )
        constraints = (
            models.UniqueConstraint(Lower("username"), name="user_username_unique"),
            models.UniqueConstraint(Lower("email"), condition=~models.Q(email=""), name="user_email_unique"),
            models.UniqueConstraint(
                fields=["user_type"],
                condition=models.Q(user_type=UserType.GHOST),
                name="user_ghost_single",
            ),
            models.CheckConstraint(condition=models.Q(state__in=UserState.values), name="user_state_known"),
            models.CheckConstraint(condition=models.Q(user_type__in=UserType.values), name="user_type_known"),
            models.CheckConstraint(condition=~models.Q(username=""), name="user_username_not_empty"),
        )

    def __str__(self) -> str:
        return f"@{self.username}"

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # a state here, a column there
        """May log in to the admin site."""
        return self.state == UserState.ACTIVE

    @property
    def is_staff(self) -> bool:
        """May see the operators' site: an administrator, or whoever has a permission there."""
        return self.is_active and (self.admin or bool(self.get_all_permissions()))

    def locked(self, *, at: datetime) -> bool:
        """Whether too many failed attempts keep this user out at this moment."""
        period = timedelta(minutes=settings.FAILED_LOGIN_ATTEMPTS_UNLOCK_PERIOD_IN_MINUTES)
        return self.locked_at is not None and self.locked_at + period > at

    def count_failure(self, *, at: datetime) -> None:
        """Count a failed attempt, and lock the account with the last one allowed.

        Call it with the row locked. The first failure after a lock has ended begins a new count.
        """
        self.failed_attempts = 1 if self.locked_at else self.failed_attempts + 1
        self.locked_at = at if self.failed_attempts >= settings.MAX_LOGIN_ATTEMPTS else None
        # No save: a count is no change that somebody has made, and has no entry in the audit log.
        User.objects.filter(pk=self.pk).update(failed_attempts=self.failed_attempts, locked_at=self.locked_at)

    def forget_failures(self) -> None:
        """Begin the count of failed attempts anew."""
        self.failed_attempts = 0
        self.locked_at = None
        self.save(update_fields=["failed_attempts", "locked_at"])

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Administrators have every permission."""
        return (self.is_active and self.admin) or super().has_perm(perm, obj)

    def has_module_perms(self, app_label: str) -> bool:
        """Administrators see every app."""
        return (self.is_active and self.admin) or super().has_module_perms(app_label)


class Terms(models.Model):
    """A version of the terms of service; the newest one counts."""

    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "terms of service"

    def __str__(self) -> str:
        return f"Terms of {self.created_at:%Y-%m-%d}"


class TermsAcceptance(models.Model):
    """A user has accepted a version of the terms."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="terms_acceptances")
    terms = models.ForeignKey(Terms, on_delete=models.CASCADE, related_name="acceptances")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "acceptance of terms"
        verbose_name_plural = "acceptances of terms"
        constraints = (models.UniqueConstraint(fields=["user", "terms"], name="terms_acceptance_unique"),)

    def __str__(self) -> str:
        return f"{self.user} accepted {self.terms}"


class PersonalAccessTokenQuerySet(models.QuerySet["PersonalAccessToken"]):
    """Tokens by state."""

    def usable(self, *, on: date) -> "PersonalAccessTokenQuerySet":
        """Tokens that are neither revoked nor expired: one expires at 00:00 UTC of its date."""
        alive = models.Q(expires_at=None) | models.Q(expires_at__gt=on)
        return self.filter(alive, revoked=False)

    def revoke(self) -> int:
        """End these tokens for good and return how many still worked."""
        return self.filter(revoked=False).update(revoked=True)


class PersonalAccessToken(models.Model):
    """A token that acts for its user within its scopes. Only its SHA-256 digest is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="personal_access_tokens")
    name = models.CharField(max_length=255)
    scopes = models.JSONField(default=list)
    expires_at = models.DateField(null=True, blank=True)
    revoked = models.BooleanField(default=False)
    token_digest = models.CharField(max_length=64, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = PersonalAccessTokenQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["token_digest"], name="personal_access_token_digest_unique"),
        )

    def __str__(self) -> str:
        return f"{self.name} of {self.user}"

    def state(self, *, on: date) -> str:
        """Whether it works on this day: ``active``, ``expired`` or ``revoked``."""
        if self.revoked:
            return "revoked"
        return "active" if self.expires_at is None or self.expires_at > on else "expired"
