"""The endpoints of kas, in the order of GitLab's document."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.agent import (
    agents,
    alert_payloads,
    alerts,
    configuration,
    connections,
    usage,
    user_access,
    vulnerabilities,
)
from apps.agent.authentication import AgentAuthentication, agent_of, bearer_of, personal_token_owner
from apps.agent.kas_params import event_counts, proxy_user
from apps.agent.models import Agent
from apps.agent.serializers import (
    access_payload,
    agent_configuration,
    agent_payload,
    alert_content,
    found_uuids,
    project_id_or_path,
    project_payload,
    usage_report,
)
from apps.agent.vulnerability_params import vulnerability_report
from apps.core.api.errors import (
    PARAMETER_BODY_ERRORS,
    BadRequest,
    Failure,
    RequestForbidden,
    ResourceNotFound,
)
from apps.core.api.kas_authentication import KasAuthentication
from apps.core.api.parsers import (
    BracketFormParser,
    BracketMultiPartParser,
    UnwrappingJSONParser,
)
from apps.core.api.views import InternalViewSet
from apps.directory.feature_flags import gitaly_flags
from apps.directory.models import Project


class KasViewSet(InternalViewSet):
    """Called by kas on its own behalf."""

    authentication_classes = (KasAuthentication,)
    body_errors = PARAMETER_BODY_ERRORS
    body_comes_first = True


class AgentViewSet(KasViewSet):
    """Doc: GitLab Agent information, GitLab Agent project information. Called by kas for an agent."""

    authentication_classes = (AgentAuthentication,)

    def agent_info(self, request: Request) -> Response:
        """Return the agent and how to reach its configuration project."""
        agent = _present(agent_of(request))
        flags = bearer_of(request).gitaly_flags
        return Response(agent_payload(agent, connections.connection_to(agent.project, flags=flags)))

    def project_info(self, request: Request) -> Response:
        """Return how to reach a project that the agent may read."""
        project = self._project(request)
        connection = connections.connection_to(project, flags=gitaly_flags(project))
        return Response(project_payload(connection))

    def verify_project_access(self, request: Request) -> Response:
        """Say whether the agent may read a project."""
        self._project(request)
        return Response(status=204)

    def _project(self, request: Request) -> Project:
        id_or_path = project_id_or_path(request)
        agent = _present(agent_of(request))
        try:
            return connections.project_for(agent=agent, id_or_path=id_or_path)
        except connections.ProjectNotForAgent:
            raise ResourceNotFound from None


class UsageMetricsViewSet(KasViewSet):
    """Doc: GitLab Agent usage metrics. kas reports for all agents together: there is no agent token."""

    def usage_metrics(self, request: Request) -> Response:
        """Add to the counters."""
        report = usage_report(request)
        try:
            usage.add(counts=report.counts, unique=report.unique, now=timezone.now())
        except usage.NegativeCount as error:
            raise BadRequest(str(error)) from None
        return Response(status=204)


class AlertViewSet(KasViewSet):
    """Doc: GitLab Agent alert metrics. Agents stream these through kas."""

    authentication_classes = (AgentAuthentication,)
    parser_classes = (UnwrappingJSONParser, BracketFormParser, BracketMultiPartParser)

    def cilium_alert(self, request: Request) -> Response:
        """Keep an alert; the answer is the status as a number."""
        alert = alert_content(request)
        agent = _present(agent_of(request))
        try:
            report = alert_payloads.read(alert, now=timezone.now())
        except alert_payloads.Unstorable:
            return Response(400, status=400)
        alerts.save(project=agent.project, report=report)
        return Response(200)


class VulnerabilityViewSet(KasViewSet):
    """Doc: Create Starboard vulnerability. Agents stream these through kas."""

    authentication_classes = (AgentAuthentication,)

    def starboard_vulnerability(self, request: Request) -> Response:
        """Keep a finding and return its uuid."""
        report = vulnerability_report(request)
        agent = _permitted(agent_of(request))
        uuid = vulnerabilities.save(agent=agent, report=report, now=timezone.now())
        return Response({"uuid": str(uuid)})

    def scan_result(self, request: Request) -> Response:
        """Resolve what a whole scan has not found again."""
        found = found_uuids(request)
        agent = _permitted(agent_of(request))
        vulnerabilities.resolve_missing(agent=agent, found=found, now=timezone.now())
        return Response(200)

    def policies_configuration(self, request: Request) -> Response:
        """There are no policies here: 404, which the agent's scanner takes as switched off."""
        raise ResourceNotFound


class ConfigurationViewSet(KasViewSet):
    """Beyond the doc: kas tells what it has read in an agent's repository."""

    def agent_configuration(self, request: Request) -> Response:
        """Replace the agent's authorisations."""
        agent_id, content = agent_configuration(request)
        try:
            configuration.replace(agent_id=agent_id, configuration=content)
        except configuration.AgentGone:
            raise Failure(404, {"message": "404 Not found"}) from None
        return Response(status=204)


class KasEventViewSet(KasViewSet):
    """Beyond the doc: what kas from 17 on counts as events."""

    def agent_events(self, request: Request) -> Response:
        """Count them."""
        usage.add(counts=event_counts(request), unique={}, now=timezone.now())
        return Response(status=204)


class ReceptiveAgentViewSet(KasViewSet):
    """Beyond the doc: kas from 17 on asks, again and again, which agents wait to be called by it."""

    def receptive_agents(self, request: Request) -> Response:
        """There are none: every agent of ours calls kas."""
        return Response({"agents": []})


class ProxyUserViewSet(KasViewSet):
    """Beyond the doc: kas asks whether a person may use an agent's cluster through its Kubernetes proxy."""

    def authorize_proxy_user(self, request: Request) -> Response:
        """Return who it is, and as whom the cluster sees them."""
        asked = proxy_user(request)
        now = timezone.now()
        user = personal_token_owner(asked.token, now=now)
        try:
            agent = agents.find(asked.agent_id)
            access = user_access.authorize(agent=agent, user=user, on=now.date())
        except agents.UnknownAgent:
            raise Failure(404, {"message": "404 Not found"}) from None
        except user_access.NoClusterAccess:
            raise RequestForbidden from None
        return Response(access_payload(agent, user, access))


def _present(agent: Agent) -> Agent:
    """An agent ends with its project."""
    if agent.project.pending_delete:
        raise ResourceNotFound
    return agent


def _permitted(agent: Agent) -> Agent:
    try:
        vulnerabilities.require_permission(agent=_present(agent), on=timezone.now().date())
    except vulnerabilities.NotAllowed:
        raise Failure(403, {"message": "403 Forbidden"}) from None
    return agent
