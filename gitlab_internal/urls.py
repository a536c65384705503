"""The table of contents of the API: one line per endpoint, in the order of GitLab's document."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, path

handler400 = "gitlab_internal.api.errors.bad_request"
handler403 = "gitlab_internal.api.errors.forbidden"
handler404 = "gitlab_internal.api.errors.route_not_found"
handler500 = "gitlab_internal.api.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
]
