"""Authorities whose certificates open a group without any registered key."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from apps.directory.models import Namespace, NamespaceKind
from apps.ssh_keys import public_keys


class SshCertificateAuthority(models.Model):
    """A key that signs certificates for the members of one top-level group."""

    group = models.ForeignKey(Namespace, on_delete=models.CASCADE, related_name="ssh_certificate_authorities")
    title = models.CharField(max_length=255)
    key = models.TextField("public key", max_length=public_keys.MAX_LENGTH)
    fingerprint_sha256 = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "SSH certificate authority"
        verbose_name_plural = "SSH certificate authorities"
        constraints = (
            models.UniqueConstraint(
                fields=["fingerprint_sha256"], name="ssh_certificate_authority_fingerprint_unique"
            ),
            models.CheckConstraint(condition=~models.Q(title=""), name="ssh_certificate_authority_has_title"),
        )

    def __str__(self) -> str:
        return f"{self.title} (SHA256:{self.fingerprint_sha256})"

    def clean(self) -> None:
        """Refuse what is no key, and a group that is not top-level."""
        try:
            self.read()
        except public_keys.InvalidPublicKey as error:
            raise ValidationError({"key": str(error)}) from error
        if self.group_id and (self.group.parent_id or self.group.kind != NamespaceKind.GROUP):
            raise ValidationError({"group": "Certificate authorities belong to top-level groups."})

    def read(self) -> None:
        """Fill what follows from the text of the key.

        Raises:
            InvalidPublicKey: the text is no key.
        """
        public_key = public_keys.parse(self.key)
        self.key = public_key.line
        self.fingerprint_sha256 = public_key.fingerprint_sha256

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; the fingerprint follows from the key."""
        self.read()
        super().save(*args, **kwargs)
