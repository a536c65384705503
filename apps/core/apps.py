"""Configuration of what every app shares: it brings templates and static files, and no models."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class CoreConfig(AppConfig):
    """The cellar of the house: imports no other app."""

    name = "apps.core"
    verbose_name = "Core"

    def ready(self) -> None:
        """Note when somebody logs in."""
        from apps.core.admin_site import sessions  # noqa: PLC0415 -- Django's own modules want their models

        user_logged_in.connect(sessions.begin, dispatch_uid="a session begins")
