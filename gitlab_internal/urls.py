"""The table of contents of the API: one line per endpoint, in the order of GitLab's document."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, path, register_converter

from apps.agent.views import (
    AgentViewSet,
    AlertViewSet,
    ConfigurationViewSet,
    KasEventViewSet,
    ProxyUserViewSet,
    ReceptiveAgentViewSet,
    UsageMetricsViewSet,
    VulnerabilityViewSet,
)
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
from apps.core.api.converters import NamespaceConverter
from apps.core.api.routes import loaded_when_asked, with_or_without_slash
from apps.git_access.views.access import AccessViewSet
from apps.git_access.views.audit import AuditViewSet
from apps.git_access.views.instance import InstanceViewSet
from apps.git_access.views.lfs import LfsViewSet
from apps.git_access.views.pushes import PushViewSet
from apps.operations.monitoring import probes
from apps.ssh_keys.views.certificates import CertificateViewSet
from apps.ssh_keys.views.key_owner import KeyOwnerViewSet
from apps.ssh_keys.views.keys import KeyViewSet
from apps.workhorse.converters import (
    BareRepositoryConverter,
    OidConverter,
    RepositoryConverter,
    SizeConverter,
)
from apps.workhorse.git_http.views import GitViewSet, SshOverHttpViewSet, SuffixViewSet
from apps.workhorse.lfs.views.locks import LockViewSet
from apps.workhorse.lfs.views.objects import BatchViewSet, FileViewSet, LegacyViewSet
from apps.workhorse.lfs.views.uploads import UploadViewSet

admin.autodiscover()  # no command needs the pages, and loading them takes half of a command's time
health = loaded_when_asked("apps.operations.dashboard.health.line")
deletion = loaded_when_asked("apps.operations.dashboard.deletion.page")
doctor = loaded_when_asked("apps.operations.dashboard.health.doctor")
register_converter(NamespaceConverter, "namespace")
register_converter(RepositoryConverter, "repository")
register_converter(BareRepositoryConverter, "bare_repository")
register_converter(OidConverter, "oid")
register_converter(SizeConverter, "size")

INTERNAL = "api/v4/internal/"
KUBERNETES = f"{INTERNAL}kubernetes"
NAMESPACE = "api/v4/namespaces/<namespace:namespace>"
REPOSITORY = "<repository:repository>.git/"
LFS = f"{REPOSITORY}info/lfs"
FILE = f"{REPOSITORY}gitlab-lfs/objects/<oid:oid>"
PORTAL = f"{INTERNAL}gitlab_subscriptions/namespaces/<namespace:namespace>"

handler400 = "apps.core.api.errors.bad_request"
handler403 = "apps.core.api.errors.forbidden"
handler404 = "apps.core.api.errors.route_not_found"
handler500 = "apps.core.api.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
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
    # Get new 2FA recovery codes using an SSH key
    path(
        f"{INTERNAL}two_factor_recovery_codes", KeyOwnerViewSet.as_view({"post": "two_factor_recovery_codes"})
    ),
    # Get new personal access-token
    path(f"{INTERNAL}personal_access_token", KeyOwnerViewSet.as_view({"post": "personal_access_token"})),
    # Incrementing counter on pre-receive
    path(f"{INTERNAL}pre_receive", PushViewSet.as_view({"post": "pre_receive"})),
    # PostReceive
    path(f"{INTERNAL}post_receive", PushViewSet.as_view({"post": "post_receive"})),
    # Git over HTTP, asked by Workhorse: here, because a person waits for it and kas does not
    path(f"{REPOSITORY}info/refs", GitViewSet.as_view({"get": "info_refs", "head": "head"})),
    path(f"{REPOSITORY}git-upload-pack", GitViewSet.as_view({"post": "upload_pack"})),
    path(f"{REPOSITORY}git-receive-pack", GitViewSet.as_view({"post": "receive_pack"})),
    path(f"{REPOSITORY}ssh-upload-pack", SshOverHttpViewSet.as_view({"post": "not_offered"})),
    path(f"{REPOSITORY}ssh-receive-pack", SshOverHttpViewSet.as_view({"post": "not_offered"})),
    path("<bare_repository:repository>/info/refs", SuffixViewSet.as_view({"get": "info_refs"})),
    # Git LFS, asked by Workhorse and by git-lfs through it
    path(f"{LFS}/objects/batch", BatchViewSet.as_view({"post": "batch"})),
    path(f"{LFS}/objects", LegacyViewSet.as_view({"post": "legacy"})),
    path(f"{LFS}/objects/<path:rest>", LegacyViewSet.as_view({"get": "legacy"})),
    path(f"{FILE}/<size:size>/authorize", UploadViewSet.as_view({"put": "authorize_upload"})),
    path(f"{FILE}/<size:size>", UploadViewSet.as_view({"put": "upload"})),
    path(FILE, FileViewSet.as_view({"get": "file"})),
    path(f"{LFS}/locks", LockViewSet.as_view({"get": "list_locks", "post": "create_lock"})),
    path(f"{LFS}/locks/verify", LockViewSet.as_view({"post": "verify_locks"})),
    path(f"{LFS}/locks/<lock_id>/unlock", LockViewSet.as_view({"post": "remove_lock"})),
    # GitLab Agent information
    with_or_without_slash(f"{KUBERNETES}/agent_info", AgentViewSet.as_view({"get": "agent_info"})),
    with_or_without_slash(f"{INTERNAL}agents/agentk/agent_info", AgentViewSet.as_view({"get": "agent_info"})),
    # GitLab Agent project information
    with_or_without_slash(f"{KUBERNETES}/project_info", AgentViewSet.as_view({"get": "project_info"})),
    with_or_without_slash(
        f"{KUBERNETES}/verify_project_access", AgentViewSet.as_view({"get": "verify_project_access"})
    ),
    # GitLab Agent usage metrics
    with_or_without_slash(
        f"{KUBERNETES}/usage_metrics", UsageMetricsViewSet.as_view({"post": "usage_metrics"})
    ),
    # GitLab Agent alert metrics
    with_or_without_slash(
        f"{KUBERNETES}/modules/cilium_alert", AlertViewSet.as_view({"post": "cilium_alert"})
    ),
    # Create Starboard vulnerability
    with_or_without_slash(
        f"{KUBERNETES}/modules/starboard_vulnerability",
        VulnerabilityViewSet.as_view({"put": "starboard_vulnerability"}),
    ),
    with_or_without_slash(
        f"{KUBERNETES}/modules/starboard_vulnerability/scan_result",
        VulnerabilityViewSet.as_view({"post": "scan_result"}),
    ),
    with_or_without_slash(
        f"{KUBERNETES}/modules/starboard_vulnerability/policies_configuration",
        VulnerabilityViewSet.as_view({"get": "policies_configuration"}),
    ),
    with_or_without_slash(
        f"{KUBERNETES}/agent_configuration", ConfigurationViewSet.as_view({"post": "agent_configuration"})
    ),
    with_or_without_slash(
        f"{KUBERNETES}/authorize_proxy_user", ProxyUserViewSet.as_view({"post": "authorize_proxy_user"})
    ),
    with_or_without_slash(f"{KUBERNETES}/agent_events", KasEventViewSet.as_view({"post": "agent_events"})),
    with_or_without_slash(
        f"{KUBERNETES}/receptive_agents", ReceptiveAgentViewSet.as_view({"get": "receptive_agents"})
    ),
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
    # Not in the document, but real clients call them; up to 14.9 GitLab Shell says two_factor_otp_check.
    path(f"{INTERNAL}two_factor_config", KeyOwnerViewSet.as_view({"post": "two_factor_config"})),
    path(f"{INTERNAL}two_factor_otp_check", KeyOwnerViewSet.as_view({"post": "two_factor_manual_otp_check"})),
    path(
        f"{INTERNAL}two_factor_manual_otp_check",
        KeyOwnerViewSet.as_view({"post": "two_factor_manual_otp_check"}),
    ),
    path(
        f"{INTERNAL}two_factor_push_otp_check", KeyOwnerViewSet.as_view({"post": "two_factor_push_otp_check"})
    ),
    path(f"{INTERNAL}authorized_certs", CertificateViewSet.as_view({"get": "authorized_certs"})),
    path(f"{INTERNAL}shellhorse/git_audit_event", AuditViewSet.as_view({"post": "git_audit_event"})),
    path(f"{INTERNAL}lfs", LfsViewSet.as_view({"get": "lfs"})),
    # Probes for load balancers
    *probes.urlpatterns,
    # What stands above, for programs and for people
    path("api/schema", loaded_when_asked("apps.operations.openapi.views.schema"), name="schema"),
    path("api/docs", loaded_when_asked("apps.operations.openapi.views.viewer"), name="docs"),
    path("admin/doctor/", admin.site.admin_view(doctor), name="doctor"),
    path("admin/deletion/<str:model>/<int:number>/", admin.site.admin_view(deletion), name="deletion"),
    path("admin/health/", admin.site.admin_view(health), name="health"),
    path("admin/", admin.site.urls),
    path("", loaded_when_asked("apps.operations.home.home"), name="home"),
    path("admin", loaded_when_asked("apps.operations.home.without_slash")),
]
