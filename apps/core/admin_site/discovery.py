"""Django's admin, whose pages are loaded with the site's addresses instead of with every command.

Loading them takes half of a command's time, and commands show no pages.
"""

from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.admin.checks import check_admin_app, check_dependencies
from django.core import checks
from django.core.checks import CheckMessage


class PagesOnDemandConfig(SimpleAdminConfig):
    """The URL configuration loads the pages, and so does the check of them."""

    def ready(self) -> None:
        """Register the checks, as Django's own does."""
        checks.register(check_dependencies, checks.Tags.admin)
        checks.register(_check_pages, checks.Tags.admin)


def _check_pages(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check all pages, whether somebody has loaded them before or not."""
    admin.autodiscover()
    return list(check_admin_app(app_configs, **kwargs))
