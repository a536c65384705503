"""States as coloured labels in lists and on pages."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.contrib import admin
from django.db.models import Choices
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

Method = Callable[[Any, Any], Any]


def label(
    names: type[Choices] | Mapping[str, str],
    *,
    description: str = "state",
    ordering: str | None = None,
    **colours: Collection[str],
) -> Callable[[Method], Method]:
    """Show what the decorated method returns by its name, in the colour that is given for the value.

    ``colours`` are ``success``, ``info``, ``warning`` and ``danger``, each with its values.
    """
    pairs = names.items() if isinstance(names, Mapping) else names.choices
    texts = {str(value): text for value, text in pairs}
    by_value = {str(value): colour for colour, values in colours.items() for value in values}

    def decorate(method: Method) -> Method:
        @admin.display(description=description, ordering=ordering)
        def shown(self: Any, row: Any) -> SafeString:
            value = str(method(self, row))
            look = {"text": texts[value], "type": by_value.get(value, "")}
            return render_to_string("unfold/helpers/label.html", look)

        shown.__name__ = method.__name__
        shown.__doc__ = method.__doc__
        return shown

    return decorate
