"""The sidebar: every page that its reader may see, and what waits there."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from apps.core.admin_site.menu import LINKS
from apps.operations.dashboard import attention, badges

# Pages that are no list, with the model whose reader may see them.
FIRST = (
    ("Explain access", "help_center", "ssh_keys.key", "admin:git_access_explain"),
    ("Doctor", "stethoscope", "django_tasks_database.dbtaskresult", "doctor"),
)
FIGURES = ("Figures", "bar_chart", "billing.subscription", "admin:billing_dashboard")
API = ("API", "api", "ssh_keys.key", "docs")


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return unfold's groups of links; a group without a link of the reader's is left out."""
    dashboard = {"title": "Dashboard", "icon": "dashboard", "link": reverse("admin:index")}
    groups: list[dict[str, Any]] = [{"items": [dashboard, *_pages(request, *FIRST, API)]}]
    for title, links in LINKS.items():
        lists = [(*link, f"admin:{link[2].replace('.', '_')}_changelist") for link in links]
        items = _pages(request, *((FIGURES, *lists) if title == "Billing" else lists))
        if items:
            groups.append({"title": title, "collapsible": True, "items": items})
    return groups


def _is_shown(request: HttpRequest, url: str) -> bool:
    """A list's link leads to its rows as well, but not to the pages that have links of their own."""
    special = [reverse(page[3]) for page in (*FIRST, FIGURES)]
    link = reverse(url)
    return request.path == link or (request.path.startswith(link) and request.path not in special)


def _pages(request: HttpRequest, *pages: tuple[str, str, str, str]) -> list[dict[str, Any]]:
    known = attention.of(request)
    return [
        {
            "title": title,
            "icon": icon,
            "link": reverse(url),
            "active": _is_shown(request, url),
            **badges.of(url, known),
        }
        for title, icon, model, url in pages
        if request.user.has_perm(f"{model.split('.')[0]}.view_{model.split('.')[1]}")
    ]
