"""States as coloured labels in lists and on pages."""

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Choices

if TYPE_CHECKING:
    from django.contrib.admin import display
else:
    from unfold.decorators import display


def label(
    names: type[Choices] | Mapping[str, str],
    *,
    description: str = "state",
    ordering: str | None = None,
    **colours: Collection[str],
) -> Callable[[Callable[[Any, Any], Any]], Callable[[Any, Any], Any]]:
    """Show what the decorated method returns by its name, in the colour that is given for the value.

    ``colours`` are ``success``, ``info``, ``warning`` and ``danger``, each with its values.
    """
    pairs = names.items() if isinstance(names, Mapping) else names.choices
    shown = {str(value): text for value, text in pairs}
    by_value = {str(value): colour for colour, values in colours.items() for value in values}

    def decorate(method: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        def shown_value(self: Any, row: Any) -> Any:
            value = method(self, row)
            if value is None:
                return None
            text = shown[str(value)]
            return (str(value), text) if str(value) in by_value else text

        shown_value.__name__ = method.__name__
        shown_value.__doc__ = method.__doc__
        options: dict[str, Any] = {"description": description, "ordering": ordering, "label": by_value}
        decorated: Callable[[Any, Any], Any] = display(**options)(shown_value)
        return decorated

    return decorate
