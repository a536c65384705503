"""Configuration of the Git access app."""

from pathlib import Path

from django.apps import AppConfig

from apps.core.postgresql import functions


class GitAccessConfig(AppConfig):
    """What GitLab Shell asks before, and Gitaly asks during, a Git command."""

    name = "apps.git_access"
    verbose_name = "Git access"

    def ready(self) -> None:
        """Have ``migrate`` install the functions of the facts."""
        functions.keep_installed(self, Path(__file__).parent / "context" / "facts" / "access_facts.sql")
