"""Addresses of users beside their primary one."""

from django.db import models
from django.db.models.functions import Lower

from apps.directory.models.users import User


class Email(models.Model):
    """A secondary address of a user; it counts as the user's own once it is confirmed."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="emails")
    email = models.EmailField(max_length=255)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "email address"
        verbose_name_plural = "email addresses"
        constraints = (models.UniqueConstraint(Lower("email"), name="email_address_unique"),)

    def __str__(self) -> str:
        return self.email
