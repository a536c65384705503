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
from apps.git_access.views.access import AccessViewSet
from apps.git_access.views.instance import InstanceViewSet
from apps.git_access.views.lfs import LfsViewSet
from apps.git_access.views.pushes import PushViewSet
from apps.ssh_keys.views.keys import KeyViewSet
from gitlab_internal.api.converters import NamespaceConverter
from gitlab_internal.api.routes import with_or_without_slash

register_converter(NamespaceConverter, "namespace")

INTERNAL = "api/v4/internal/"
NAMESPACE = "api/v4/namespaces/<namespace:namespace>"
PORTAL = f"{INTERNAL}gitlab_subscriptions/namespaces/<namespace:namespace>"

handler400 = "gitlab_internal.api.errors.bad_request"
handler403 = "gitlab_internal.api.errors.forbidden"
handler404 = "gitlab_internal.api.errors.route_not_found"
handler500 = "gitlab_internal.api.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    # Git Authentication
    path(f"{INTERNAL}allowed", AccessViewSet.as_view({"post": "allowed"})),
    # LFS Authentication
    path(f"{INTERNAL}lfs_authenticate", LfsViewSet.as_view({"post": "lfs_authenticate"})),
    # Authorized Keys Check
    path(f"{INTERNAL}authorized_keys", KeyViewSet.as_view({"get": "authorized_keys"})),
    # Get user for user ID or key
    path(f"{INTERNAL}discover", KeyViewSet.as_view({"get": "discover"})),
    # Instance information
    path(f"{INTERNAL}check", InstanceViewSet.as_view({"get": "check"})),
    # Incrementing counter on pre-receive
    path(f"{INTERNAL}pre_receive", PushViewSet.as_view({"post": "pre_receive"})),
    # PostReceive
    path(f"{INTERNAL}post_receive", PushViewSet.as_view({"post": "post_receive"})),
    # LFS objects for archives: not in the document; Gitaly asks for them
    path(f"{INTERNAL}lfs", LfsViewSet.as_view({"get": "lfs"})),
    # Subscriptions
    with_or_without_slash(
        f"{NAMESPACE}/gitlab_subscription",
        SubscriptionViewSet.as_view({"post": "create", "put": "update", "get": "retrieve"}),
    ),
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
    with_or_without_slash(
        f"{PORTAL}/gitlab_subscription",
        PortalSubscriptionViewSet.as_view({"post": "create", "put": "update", "get": "retrieve"}),
    ),
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
