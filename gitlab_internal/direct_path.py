"""The way of the API's requests through Django: to the view, past what only the pages of a site need."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from apps.core.postgresql import patience

GetResponse = Callable[[HttpRequest], HttpResponseBase]

SITE = ("/admin/", "/api/docs", "/api/schema")
PROBES = "/-/"


class DirectPathMiddleware:
    """Let pages of the site pass all that follows in ``MIDDLEWARE``, and everything else go to its view.

    Programs have no session, no cookie, no form and no frame. A view that is not exempt from CSRF protection
    refuses every POST on this path: Django asks for that right before the view.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._site = get_response
        self._direct = _innermost(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if path.startswith(SITE) or path.startswith(settings.STATIC_URL):
            with patience.at_most(settings.DATABASE_PUSH_TIMEOUT):
                return self._site(request)
        if not path.startswith(PROBES) and not hasattr(request, "urlconf"):
            request.get_host()  # refuses those that ALLOWED_HOSTS does not hold; probes come by address
        seconds = (
            settings.DATABASE_LOOKUP_TIMEOUT if request.method == "GET" else settings.DATABASE_PUSH_TIMEOUT
        )
        with patience.at_most(seconds):
            return self._direct(request)


def _innermost(get_response: GetResponse) -> GetResponse:
    """Return what calls the view: Django wraps it in one middleware after the other."""
    while (wrapped := getattr(get_response, "__wrapped__", None)) and hasattr(wrapped, "get_response"):
        get_response = wrapped.get_response
    return get_response
