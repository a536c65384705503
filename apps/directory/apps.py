"""Configuration of the directory app."""

from django.apps import AppConfig
from django.db.models import CharField
from django.db.models.functions import Lower


class DirectoryConfig(AppConfig):
    """The ground floor: every other app stands on it."""

    name = "apps.directory"
    verbose_name = "Directory"

    def ready(self) -> None:
        """Let ``__lower`` find a name whatever its letter case, by the index that keeps names apart."""
        CharField.register_lookup(Lower)
