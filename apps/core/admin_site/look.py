"""unfold's configuration: name, colours, and where the sidebar comes from."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static


def environment(request: HttpRequest) -> list[str] | None:
    """Return the label beside the name, so that nobody mistakes one instance for another."""
    label = settings.ADMIN_ENVIRONMENT
    if not label:
        return None
    return [label, "danger" if label.lower().startswith("prod") else "warning"]


def icon(request: HttpRequest) -> str:
    """Return where the icon of the browser's tab is."""
    return static("admin/gitlab-internal.svg")


def colours(request: HttpRequest) -> dict[str, Any]:
    """Return none: they are in our style sheet, for the policy allows no style element in a page."""
    return {}


def script(request: HttpRequest) -> str:
    """Return where the script is that lets unfold's pages work under our policy."""
    return static("admin/expressions.js")


def style(request: HttpRequest) -> str:
    """Return where our few rules of style are."""
    return static("admin/gitlab-internal.css")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "GitLab Internal API",
    "SITE_HEADER": "GitLab Internal API",
    "SITE_SYMBOL": "hub",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "apps.core.admin_site.look.icon"}],
    "SITE_URL": None,  # there is no site beside the API
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_HISTORY": False,  # the audit log is the one history
    "ENVIRONMENT": "apps.core.admin_site.look.environment",
    "DASHBOARD_CALLBACK": "apps.operations.dashboard.page.context",
    "SCRIPTS": ["apps.core.admin_site.look.script"],
    "STYLES": ["apps.core.admin_site.look.style"],
    "COLORS": "apps.core.admin_site.look.colours",
    "COMMAND": {"search_callback": "apps.operations.dashboard.finder.find"},
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,
        "navigation": "apps.operations.dashboard.sidebar.navigation",
    },
}
