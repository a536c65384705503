"""Fields of parameters as GitLab Shell and Gitaly send them: of one JSON type each; ``null`` equals absent.

A text that no database takes is invalid.
"""

from typing import Any

from rest_framework.fields import SkipField, empty

from apps.core.api.serializer_fields import ParameterField
from apps.core.identifiers import identifier
from apps.core.json_values import storable_text


class PlainField(ParameterField):
    """What these fields share."""

    def run_validation(self, data: Any = empty) -> Any:
        """Miss a required parameter; leave another out, or give it its default. There are no validators."""
        if data is not None and data is not empty:
            return self.to_internal_value(data)
        if self.required:
            self.fail("required")
        if self.default is empty:
            raise SkipField
        return self.default


class PlainText(PlainField):
    """A text."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the text."""
        if not isinstance(data, str) or not storable_text(data):
            self.fail("invalid")
        return data


class PlainIdentifier(PlainField):
    """A numeric id as number or text; ``NO_ID`` for what resolves to nothing."""

    def to_internal_value(self, data: Any) -> int:
        """Return the id."""
        found = identifier(data)
        if found is None:
            self.fail("invalid")
        return found


class PlainTexts(PlainField):
    """A list of texts; a bare text is a list of one, an empty object none."""

    def to_internal_value(self, data: Any) -> list[str]:
        """Return the list."""
        texts = [] if data == {} else data if isinstance(data, list) else [data]
        if not all(isinstance(text, str) and storable_text(text) for text in texts):
            self.fail("invalid")
        return texts


class Unread(PlainField):
    """A text that clients send and nothing looks at."""

    def get_value(self, dictionary: Any) -> Any:
        """Leave it where it is."""
        return empty
