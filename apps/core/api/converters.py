"""URL converters for the ids of the document's paths."""


class NamespaceConverter:
    """An id or a full path: one or more segments, because Django sees ``%2F`` as ``/``.

    ``/minutes/move/`` ends an id, so that the ids on both sides of it may end in ``/minutes``.
    """

    regex = r"[^/](?s:(?!/minutes/move/).)*(?<!/)"

    def to_python(self, value: str) -> str:
        """Return it as it is."""
        return value

    def to_url(self, value: str) -> str:
        """Return it as it is."""
        return value
