"""Where a page stands in the menu, and how many rows a list has."""

from typing import Any

from django import template
from django.urls import reverse

from apps.core.admin_site import menu

register = template.Library()
NAMED = {"auth.group": "role"}  # what a library calls otherwise


@register.simple_tag(takes_context=True)
def trail(context: template.Context) -> list[dict[str, str]]:
    """Return the way to this page: the title of its list as in the menu, and the row, as it is written."""
    options = context.get("opts")
    if options is None:
        return [{"title": str(context.get("title") or "Dashboard"), "link": ""}]
    known = menu.place(options.label_lower)
    name = f"admin:{options.app_label}_{options.model_name}"
    group, title = known or ("", str(options.verbose_name_plural).capitalize())
    steps = [{"title": group, "link": ""}] if group else []
    steps.append({"title": title, "link": reverse(f"{name}_changelist")})
    row = context.get("original") or context.get("object")
    if row is not None and not isinstance(row, str):
        steps.append({"title": str(row), "link": reverse(f"{name}_change", args=[row.pk])})
    elif context.get("add"):
        steps.append({"title": f"Add {NAMED.get(options.label_lower, options.verbose_name)}", "link": ""})
    return steps


@register.simple_tag
def counted(cl: Any) -> str:
    """Say how many rows a list has; one that is not counted to its end says that there are more."""
    more = getattr(cl.paginator, "has_more", False)
    if more:
        return f"more than {cl.result_count:,} results"
    return "1 result" if cl.result_count == 1 else f"{cl.result_count:,} results"


@register.simple_tag
def is_narrowed(cl: Any) -> bool:
    """Whether a search or a filter leaves rows out."""
    return bool(cl.query or cl.has_active_filters)
