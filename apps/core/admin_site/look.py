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
    "STYLES": ["apps.core.admin_site.look.style"],
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "primary": {
            "50": "oklch(97.0% .014 254.6)",
            "100": "oklch(93.2% .032 255.6)",
            "200": "oklch(88.2% .059 254.1)",
            "300": "oklch(80.9% .105 251.8)",
            "400": "oklch(70.7% .165 254.6)",
            "500": "oklch(62.3% .214 259.8)",
            "600": "oklch(54.6% .245 262.9)",
            "700": "oklch(48.8% .243 264.4)",
            "800": "oklch(42.4% .199 265.6)",
            "900": "oklch(37.9% .146 265.5)",
            "950": "oklch(28.2% .091 267.9)",
        }
    },
    "SIDEBAR": {"show_search": True, "navigation": "apps.operations.dashboard.sidebar.navigation"},
}
