"""The table of contents of the API: one line per endpoint, in the order of GitLab's document."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, path, re_path

from apps.agent.views import (
    AgentViewSet,
    AlertViewSet,
    ConfigurationViewSet,
    UsageMetricsViewSet,
    VulnerabilityViewSet,
)
from apps.git_access.views.access import AccessViewSet
from apps.git_access.views.instance import InstanceViewSet
from apps.git_access.views.lfs import LfsViewSet
from apps.git_access.views.pushes import PushViewSet
from apps.ssh_keys.views.keys import KeyViewSet

INTERNAL = "api/v4/internal/"
# Agents end their paths with a slash, GitLab's document does not.
KUBERNETES = rf"^{INTERNAL}kubernetes"

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
    # GitLab Agent information
    re_path(rf"{KUBERNETES}/agent_info/?\Z", AgentViewSet.as_view({"get": "agent_info"})),
    re_path(rf"^{INTERNAL}agents/agentk/agent_info/?\Z", AgentViewSet.as_view({"get": "agent_info"})),
    # GitLab Agent project information
    re_path(rf"{KUBERNETES}/project_info/?\Z", AgentViewSet.as_view({"get": "project_info"})),
    re_path(
        rf"{KUBERNETES}/verify_project_access/?\Z",
        AgentViewSet.as_view({"get": "verify_project_access"}),
    ),
    # GitLab Agent usage metrics
    re_path(rf"{KUBERNETES}/usage_metrics/?\Z", UsageMetricsViewSet.as_view({"post": "usage_metrics"})),
    # GitLab Agent alert metrics
    re_path(rf"{KUBERNETES}/modules/cilium_alert/?\Z", AlertViewSet.as_view({"post": "cilium_alert"})),
    # Create Starboard vulnerability
    re_path(
        rf"{KUBERNETES}/modules/starboard_vulnerability/?\Z",
        VulnerabilityViewSet.as_view({"put": "starboard_vulnerability"}),
    ),
    re_path(
        rf"{KUBERNETES}/modules/starboard_vulnerability/scan_result/?\Z",
        VulnerabilityViewSet.as_view({"post": "scan_result"}),
    ),
    re_path(
        rf"{KUBERNETES}/agent_configuration/?\Z",
        ConfigurationViewSet.as_view({"post": "agent_configuration"}),
    ),
]
