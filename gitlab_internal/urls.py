"""The table of contents of the API: one line per endpoint, in the order of GitLab's document."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, path, register_converter

from apps.billing.portal_views import (
    PortalMinutesViewSet,
    PortalNamespaceViewSet,
    PortalReconciliationViewSet,
    PortalSubscriptionViewSet,
)
from apps.billing.views import (
    MinutesViewSet,
    NamespaceViewSet,
    ReconciliationViewSet,
    SubscriptionViewSet,
)
from gitlab_internal.api.converters import NamespaceConverter
from gitlab_internal.api.routes import with_or_without_slash

register_converter(NamespaceConverter, "namespace")

INTERNAL = "api/v4/internal/"
NAMESPACE = "api/v4/namespaces/<namespace:namespace>"
PORTAL = f"{INTERNAL}gitlab_subscriptions/namespaces/<namespace:namespace>"
SUBSCRIPTION = {"post": "create", "put": "update", "get": "retrieve"}

handler400 = "gitlab_internal.api.errors.bad_request"
handler403 = "gitlab_internal.api.errors.forbidden"
handler404 = "gitlab_internal.api.errors.route_not_found"
handler500 = "gitlab_internal.api.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    # Subscriptions
    with_or_without_slash(f"{NAMESPACE}/gitlab_subscription", SubscriptionViewSet.as_view(SUBSCRIPTION)),
    # CI minute provisioning
    with_or_without_slash(f"{NAMESPACE}/minutes", MinutesViewSet.as_view({"post": "create"})),
    with_or_without_slash(
        f"{NAMESPACE}/minutes/move/<namespace:target>", MinutesViewSet.as_view({"patch": "move"})
    ),
    # Upcoming reconciliations
    with_or_without_slash(
        f"{INTERNAL}upcoming_reconciliations",
        ReconciliationViewSet.as_view({"put": "update", "delete": "destroy"}),
    ),
    # Not in the document, but called by CustomersDot
    with_or_without_slash(NAMESPACE, NamespaceViewSet.as_view({"put": "update"})),
    with_or_without_slash(f"{PORTAL}/gitlab_subscription", PortalSubscriptionViewSet.as_view(SUBSCRIPTION)),
    with_or_without_slash(f"{PORTAL}/minutes", PortalMinutesViewSet.as_view({"post": "create"})),
    with_or_without_slash(
        f"{PORTAL}/minutes/move/<namespace:target>", PortalMinutesViewSet.as_view({"patch": "move"})
    ),
    with_or_without_slash(
        f"{PORTAL}/upcoming_reconciliations",
        PortalReconciliationViewSet.as_view({"put": "update", "delete": "destroy"}),
    ),
    with_or_without_slash(PORTAL, PortalNamespaceViewSet.as_view({"get": "retrieve", "put": "update"})),
]
