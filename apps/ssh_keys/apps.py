"""Configuration of the SSH keys app."""

from pathlib import Path

from django.apps import AppConfig

from apps.core.postgresql import functions


class SshKeysConfig(AppConfig):
    """User keys and deploy keys."""

    name = "apps.ssh_keys"
    verbose_name = "Keys"

    def ready(self) -> None:
        """Have ``migrate`` install the function that looks up an offered key."""
        functions.keep_installed(self, Path(__file__).parent / "offered_key.sql")
