"""Configuration of the directory app."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    """The ground floor: every other app stands on it."""

    name = "apps.directory"
    verbose_name = "Directory"
