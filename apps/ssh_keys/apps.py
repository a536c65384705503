"""Configuration of the SSH keys app."""

from django.apps import AppConfig


class SshKeysConfig(AppConfig):
    """User keys and deploy keys."""

    name = "apps.ssh_keys"
    verbose_name = "Keys"
