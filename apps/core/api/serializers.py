"""Parameters that belong together: the objects of a request, and lists of them."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.functional import cached_property
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.settings import api_settings

from apps.core.api.serializer_fields import ParameterField
from apps.core.json_values import storable


class ParameterList(ParameterField, serializers.ListSerializer[Any]):
    """A list of objects that share their parameters."""

    numbered: ClassVar[bool] = True
    """Whether what is wrong with an element is told with its index."""

    def run_child_validation(self, data: Any) -> Any:
        """Refuse ``null`` as an element: the library lets an optional list have optional elements."""
        if data is None:
            raise ValidationError([ErrorDetail("No object.", "null")])
        return super().run_child_validation(data)


class ObjectList(ParameterList):
    """The same, which is wrong as a whole where an element is no object."""

    def to_internal_value(self, data: Any) -> list[Any]:
        """Return the list."""
        if isinstance(data, list) and not all(isinstance(item, Mapping) for item in data):
            detail = ErrorDetail("Not a list of objects.", "invalid")
            raise ValidationError({api_settings.NON_FIELD_ERRORS_KEY: [detail]})
        values: list[Any] = super().to_internal_value(data)
        return values


class Parameters(ParameterField, serializers.Serializer[Any]):
    """An object with parameters of its own. ``keeps_all`` keeps the keys that it does not declare, too."""

    keeps_all: ClassVar[bool] = False

    class Meta:
        list_serializer_class = ParameterList

    @cached_property
    def _writable_fields(self) -> list[Any]:
        """All fields; the library walks through them anew for each object."""
        return list(self.fields.values())

    def run_validators(self, value: Any) -> None:
        """Run them where there are any; the library copies the values first."""
        if self.validators:
            super().run_validators(value)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return what is declared; of an object that is kept whole, the rest as well."""
        errors: dict[str, Any] = {}
        try:
            values: dict[str, Any] = super().to_internal_value(data)
        except ValidationError as error:
            errors, values = dict(error.detail), {}  # type: ignore[arg-type]  # of an object they are by name
        if not self.keeps_all or not isinstance(data, Mapping):
            kept: Mapping[str, Any] = {}
        elif storable(data):
            kept = data
        else:
            detail = ErrorDetail("Cannot be stored.", "unstorable")
            errors[api_settings.NON_FIELD_ERRORS_KEY] = [detail]
        if errors:
            raise ValidationError(errors)
        return {**kept, **values}


class BlankableParameters(Parameters):
    """An object for which a form may send a blank."""

    blank_is_null = True
