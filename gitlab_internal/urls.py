"""The table of contents of the API: one line per endpoint, in the order of GitLab's document."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, path

from apps.ssh_keys.views.key_owner import CertificateViewSet, KeyOwnerViewSet

handler400 = "gitlab_internal.api.errors.bad_request"
handler403 = "gitlab_internal.api.errors.forbidden"
handler404 = "gitlab_internal.api.errors.route_not_found"
handler500 = "gitlab_internal.api.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    # Get new 2FA recovery codes using an SSH key
    path(
        "api/v4/internal/two_factor_recovery_codes",
        KeyOwnerViewSet.as_view({"post": "two_factor_recovery_codes"}),
    ),
    # Get new personal access-token
    path(
        "api/v4/internal/personal_access_token",
        KeyOwnerViewSet.as_view({"post": "personal_access_token"}),
    ),
    # Not in the doc, but real clients call them
    path("api/v4/internal/two_factor_config", KeyOwnerViewSet.as_view({"post": "two_factor_config"})),
    path(
        "api/v4/internal/two_factor_otp_check",
        KeyOwnerViewSet.as_view({"post": "two_factor_manual_otp_check"}),
    ),
    path(
        "api/v4/internal/two_factor_manual_otp_check",
        KeyOwnerViewSet.as_view({"post": "two_factor_manual_otp_check"}),
    ),
    path(
        "api/v4/internal/two_factor_push_otp_check",
        KeyOwnerViewSet.as_view({"post": "two_factor_push_otp_check"}),
    ),
    path("api/v4/internal/authorized_certs", CertificateViewSet.as_view({"get": "authorized_certs"})),
    path("admin/", admin.site.urls),
]
