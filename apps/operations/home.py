"""The page at ``/``: what this is, and where to go from here."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from apps.core.admin_site import content_security
from apps.core.api import errors


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show it to a browser; a program that asks for ``/`` has a wrong address, and is told so as ever."""
    if not errors.asks_for_a_page(request):
        return errors.route_not_found(request, LookupError(request.path))
    context = {"title": "GitLab Internal API", "version": settings.GITLAB_VERSION}
    return content_security.page("home.html", context)


@require_safe
def without_slash(request: HttpRequest) -> HttpResponse:
    """Lead a browser from ``/admin`` to the site."""
    if not errors.asks_for_a_page(request):
        return errors.route_not_found(request, LookupError(request.path))
    return HttpResponseRedirect(reverse("admin:index"))
