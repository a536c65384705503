"""Whatever a client says it accepts, it gets JSON."""

from collections.abc import Iterable
from functools import lru_cache

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.utils.mediatypes import media_type_matches

_matches = lru_cache(maxsize=64)(media_type_matches)


class AlwaysJSON(BaseContentNegotiation):
    """Pick the view's first renderer and the parser that names the request's media type."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        """Return the parser for the request's content type, or none."""
        content_type = request.content_type or ""
        for parser in parsers:
            if _matches(parser.media_type, content_type):
                return parser
        return None

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        """Return the view's first renderer without looking at ``Accept``."""
        renderer = next(iter(renderers))
        return renderer, renderer.media_type or "application/json"
