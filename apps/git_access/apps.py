"""Configuration of the Git access app."""

from django.apps import AppConfig


class GitAccessConfig(AppConfig):
    """What GitLab Shell asks before, and Gitaly asks during, a Git command."""

    name = "apps.git_access"
    verbose_name = "Git access"
