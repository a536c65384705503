"""What a page may load and run: files of this instance, and no script that stands in a page."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string

# Elements are styled by attributes: the bars of charts, and what the site's scripts show and hide.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


def page(template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Return a page beside the site, which no middleware of the site sees, with the policy."""
    text = render_to_string(template, context)
    return HttpResponse(text, status=status, headers={"Content-Security-Policy": POLICY})


class ContentSecurityMiddleware:
    """Sends the policy with every page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers["Content-Security-Policy"] = POLICY
        return response
