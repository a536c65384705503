"""JSON as the framework's own renderer writes it, with an encoder that is made once."""

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder

_encode = JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


class CompactJSONRenderer(JSONRenderer):
    """Nobody asks for indentation here: what a client says it accepts is not looked at."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return the body; the two line ends that JavaScript knows and JSON does not are escaped."""
        if data is None:
            return b""
        return _encode(data).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").encode()
