"""Configuration of what runs an instance: its commands, its system checks, and what its operators do."""

from django.apps import AppConfig, apps
from django.contrib.auth.signals import user_login_failed
from django.db.models.signals import post_migrate

from apps.core.observability import decisions

LAST = "billing"  # the last application whose permissions Django makes
RECORDED = ("directory", "ssh_keys", "git_access", "agent", "billing", "auth", "django_tasks_database")


class OperationsConfig(AppConfig):
    """Holds what no single app owns: `serve`, `seed`, `worker`, the system checks, the operators' site."""

    name = "apps.operations"
    verbose_name = "GitLab Internal API"

    def ready(self) -> None:
        """Register the system checks, and record what operators change."""
        from apps.core import checks  # noqa: F401, PLC0415 -- Django asks for it here
        from apps.core.admin_site import audit, roles  # noqa: PLC0415 -- models are there from here on

        user_login_failed.connect(decisions.not_logged_in)
        audit.register(model for label in RECORDED for model in apps.get_app_config(label).get_models())
        post_migrate.connect(roles.make, sender=apps.get_app_config(LAST))
