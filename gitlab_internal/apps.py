"""Configuration of the project itself: its commands and its system checks."""

from django.apps import AppConfig


class GitlabInternalConfig(AppConfig):
    """Holds what no single app owns: `serve`, `seed`, `worker` and the checks of the secret files."""

    name = "gitlab_internal"
    verbose_name = "GitLab Internal API"

    def ready(self) -> None:
        """Register the system checks."""
        from gitlab_internal import checks  # noqa: F401, PLC0415 -- Django asks for it here
