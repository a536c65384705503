"""Filling in the forms of the admin site as a browser does: what a page shows, with some changes."""

import re
from collections.abc import Iterator
from typing import Any

from django.forms import BaseForm, MultiWidget
from django.test import Client


def submit(operator: Client, url: str, /, **changes: Any) -> list[str]:
    """Send the form of a page with these changes; return what the site objects to."""
    page = operator.get(url)
    data = dict(fields(page.context["adminform"].form))
    for inline in page.context["inline_admin_formsets"]:
        for form in (inline.formset.management_form, *inline.formset.initial_forms):
            data |= dict(fields(form))
    answer = operator.post(url, {**data, **changes})
    if answer.status_code == 302:
        return []
    return [str(error) for of_one_field in answer.context["errors"] for error in of_one_field]


def fields(form: BaseForm) -> Iterator[tuple[str, Any]]:
    """What a browser would send of a form that nobody has touched."""
    for bound in form:
        value, widget = bound.value(), bound.field.widget
        if isinstance(widget, MultiWidget):
            parts = widget.decompress(value) or ()
            yield from ((f"{bound.html_name}_{i}", part or "") for i, part in enumerate(parts))
        elif value is not False and value is not None:
            yield bound.html_name, value


def column(page: bytes, name: str) -> list[str]:
    """The texts of a column of a list, whatever they are wrapped in."""
    cells = re.findall(rf'<td class="field-{name}[^>]*>(.*?)</td>', page.decode(), re.DOTALL)
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in cells]
