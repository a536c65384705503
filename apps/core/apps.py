"""Configuration of what every app shares: it brings templates and static files, and no models."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """The cellar of the house: imports no other app."""

    name = "apps.core"
    verbose_name = "Core"
