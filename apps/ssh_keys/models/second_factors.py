"""What a user proves to be the one with, beside a key or a password."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from apps.core.encryption import EncryptedField


class DeviceKind(models.TextChoices):
    """The protocol of a hardware device."""

    WEBAUTHN = "webauthn", "WebAuthn"
    U2F = "u2f", "U2F"


class SecondFactorDevice(models.Model):
    """A hardware device of a user. Having one turns two-factor authentication on."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="second_factor_devices"
    )
    kind = models.CharField(max_length=16, choices=DeviceKind, default=DeviceKind.WEBAUTHN)
    name = models.CharField(max_length=255)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind__in=DeviceKind.values), name="second_factor_device_kind_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} of {self.user}"


class OtpSecret(models.Model):
    """The secret that a user shares with an authenticator app; each of its codes counts once.

    A table of its own, so that no query for users reads it.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="otp_secret")
    secret = EncryptedField(editable=False)
    # Steps of 30 s since 1970. A code of this or an earlier step is used up.
    last_used_step = models.PositiveBigIntegerField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "OTP secret"

    def __str__(self) -> str:
        return f"OTP secret of {self.user}"


class RecoveryCode(models.Model):
    """One of the codes that help a user who has lost every other factor. Only its digest is kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes"
    )
    digest = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_unique"),)

    def __str__(self) -> str:
        return f"Recovery code of {self.user}"
