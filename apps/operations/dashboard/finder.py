"""The search of the menu: beside pages, the users, groups, projects and keys that a text names."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from unfold.dataclasses import SearchResult

from apps.directory.models import Namespace, Project, User
from apps.operations.dashboard import sidebar
from apps.ssh_keys.models import Key

FOUND_IN = ((User, "person"), (Project, "inventory_2"), (Namespace, "folder"), (Key, "key"))
MOST = 5  # of each kind


def find(request: HttpRequest, lowered: str) -> list[SearchResult]:
    """Return the pages and rows that a text names, among those that its reader may see.

    unfold hands it over in small letters, which no fingerprint survives.
    """
    text = request.GET.get("s", lowered).strip()
    results = list(_pages(request, text.lower()))
    for model, icon in FOUND_IN:
        options: Any = admin.site._registry[model]
        if options.has_view_permission(request):
            results += [_result(row, icon) for row in _rows(options, request, text)]
    return results


def _pages(request: HttpRequest, text: str) -> list[SearchResult]:
    return [
        SearchResult(
            title=item["title"], description=group.get("title", "Page"), link=item["link"], icon=item["icon"]
        )
        for group in sidebar.navigation(request)
        for item in group["items"]
        if text in item["title"].lower()
    ]


def _rows(options: Any, request: HttpRequest, text: str) -> Any:
    rows, _ = options.get_search_results(request, options.get_queryset(request), text)
    return rows.order_by("pk")[:MOST]


def _result(row: Any, icon: str) -> SearchResult:
    options = row._meta
    link = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[row.pk])
    return SearchResult(title=str(row), description=str(options.verbose_name), link=link, icon=icon)
