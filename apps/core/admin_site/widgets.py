"""The look of the fields that a form of ours declares itself; unfold dresses only those of models."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.forms import Widget

if TYPE_CHECKING:
    from django.forms import CheckboxInput as Checkbox
    from django.forms import CheckboxSelectMultiple as Checkboxes
    from django.forms import NumberInput as Number
    from django.forms import PasswordInput as Password
    from django.forms import Select as Choice
    from django.forms import Textarea as LongText
    from django.forms import TextInput as Text
else:
    from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget as Checkboxes
    from unfold.widgets import UnfoldAdminIntegerFieldWidget as Number
    from unfold.widgets import UnfoldAdminPasswordWidget as Password
    from unfold.widgets import UnfoldAdminSelectWidget as Choice
    from unfold.widgets import UnfoldAdminTextareaWidget as LongText
    from unfold.widgets import UnfoldAdminTextInputWidget as Text
    from unfold.widgets import UnfoldBooleanSwitchWidget as Checkbox

DRESSED: dict[type[Widget], type[Widget]] = {
    forms.TextInput: Text,
    forms.URLInput: Text,
    forms.EmailInput: Text,
    forms.NumberInput: Number,
    forms.PasswordInput: Password,
    forms.Textarea: LongText,
    forms.CheckboxInput: Checkbox,
    forms.Select: Choice,
    forms.CheckboxSelectMultiple: Checkboxes,
}


def dress(form: Any) -> None:
    """Put unfold's widget in the place of each plain one of Django's; what a field asks of it stays."""
    for field in form.base_fields.values():
        dressed = DRESSED.get(type(field.widget))
        if dressed is not None:
            field.widget = _like(field.widget, dressed)


def _like(plain: Any, dressed: type[Widget]) -> Any:
    widget: Any = dressed()
    classes = widget.attrs.get("class", "")
    widget.attrs = {
        **widget.attrs,
        **plain.attrs,
        "class": f"{classes} {plain.attrs.get('class', '')}".strip(),
    }
    widget.is_required = plain.is_required
    for name in ("choices", "render_value", "input_type"):
        if hasattr(plain, name) and hasattr(widget, name):
            setattr(widget, name, getattr(plain, name))
    return widget
