"""The endpoints of kas, in words."""

from apps.agent.authentication import AgentAuthentication
from apps.agent.kas_params import CookieParameters, EventParameters
from apps.agent.serializers import (
    AlertParameters,
    ConfigurationObject,
    ConfigurationParameters,
    ScanResultParameters,
    UsageParameters,
)
from apps.agent.user_access import ROLES
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
from apps.agent.vulnerability_params import Url, Vendor, VulnerabilityReportParameters
from apps.core.schema.actors import KAS_SCHEME
from apps.core.schema.answers import UNREADABLE, message, no_content
from apps.core.schema.declarations import body_of, of_serializer, schema_of
from apps.core.schema.json_schema import INTEGER, TEXT, array, closed, constant, mapping, nullable, reference
from apps.core.schema.operations import (
    Answer,
    Guard,
    Guards,
    JsonSchema,
    Operation,
    Operations,
    Parameter,
)

KAS = ("kas",)
AGENT = ("kas, for an agent",)

GUARDS: Guards = {
    AgentAuthentication: Guard(
        consumer="kas",
        alternatives=(("kasToken", "agentToken"), ("kasToken", "agentBearer")),
        schemes={
            **KAS_SCHEME,
            "agentToken": {
                "type": "apiKey",
                "in": "header",
                "name": "Gitlab-Agent-Api-Request",
                "description": "The agent's own token.",
            },
            "agentBearer": {"type": "http", "scheme": "bearer", "description": "The agent's own token."},
        },
        answers=(
            message(401, "The token of kas does not hold, or that of the agent is unknown."),
            message(404, "There is no such thing, or the agent's project is about to be deleted."),
        ),
    )
}


@schema_of.register
def _(field: ConfigurationObject) -> JsonSchema:
    return {"type": ["object", "string"]}


@schema_of.register
def _(field: Url) -> JsonSchema:
    return {
        "type": "string",
        "pattern": r"^$|^([Hh][Tt][Tt][Pp][Ss]?|[Ff][Tt][Pp])://[\s\S]+$",
        "maxLength": 2048,
    }


@schema_of.register
def _(field: Vendor) -> JsonSchema:
    return {"anyOf": [TEXT, schema_of(field.inside)]}


PROJECT = {
    "project_id": INTEGER,
    "gitaly_info": closed(
        {
            "address": TEXT,
            "token": nullable(TEXT),
            "features": mapping({"type": "string", "enum": ["true", "false"]}),
        }
    ),
    "gitaly_repository": closed(
        {"storage_name": TEXT, "relative_path": TEXT, "gl_repository": TEXT, "gl_project_path": TEXT}
    ),
    "default_branch": TEXT,
}
ID = Parameter(
    "id",
    {"anyOf": [{"type": "integer"}, {"type": "string"}]},
    required=True,
    description="A project, by id or by full path.",
)
ALERT_PARAMETERS = of_serializer(AlertParameters)
_ACCEPTED = Answer(200, "It is done; the body is the status as a number.", reference("Accepted"))
_FORBIDDEN = message(403, "The user who created the agent is no developer of its project.")
_SOURCES = array(closed({"id": INTEGER, "roles": array({"type": "string", "enum": list(ROLES)})}))
_ACCESS = closed(
    {
        "agent": closed({"id": INTEGER, "config_project": closed({"id": INTEGER})}),
        "user": closed({"id": INTEGER, "username": TEXT}),
        "access_as": {
            "anyOf": [
                closed({"agent": closed({})}),
                closed({"user": closed({"projects": _SOURCES, "groups": _SOURCES})}),
            ]
        },
    }
)
_TOKEN_REFUSED = {"anyOf": [reference("Message"), reference("TokenRefused")]}

OPERATIONS: Operations = {
    AgentViewSet.agent_info: Operation(
        heading="GitLab Agent information",
        summary="The agent, and how to reach its project",
        description="Later versions of kas ask at `/internal/agents/agentk/agent_info`.",
        consumers=AGENT,
        answers=(Answer(200, "The agent.", closed({"agent_id": INTEGER, "agent_name": TEXT, **PROJECT})),),
    ),
    AgentViewSet.project_info: Operation(
        heading="GitLab Agent project information",
        summary="How to reach a project that the agent may read",
        consumers=AGENT,
        parameters=(ID,),
        answers=(Answer(200, "The project.", closed(PROJECT)),),
    ),
    AgentViewSet.verify_project_access: Operation(
        summary="May the agent read a project?",
        consumers=AGENT,
        parameters=(ID,),
        answers=(no_content("It may."),),
    ),
    UsageMetricsViewSet.usage_metrics: Operation(
        heading="GitLab Agent usage metrics",
        summary="Add to the usage counters",
        consumers=KAS,
        parameters=of_serializer(UsageParameters),
        answers=(no_content("They are added."), *UNREADABLE),
    ),
    AlertViewSet.cilium_alert: Operation(
        heading="GitLab Agent alert metrics",
        summary="Keep an alert",
        description="A body that is JSON inside a JSON text is read, too.",
        consumers=AGENT,
        parameters=ALERT_PARAMETERS,
        body={"anyOf": [body_of(ALERT_PARAMETERS), TEXT]},
        answers=(
            _ACCEPTED,
            Answer(
                400,
                "A parameter is missing or invalid; or the alert cannot be kept, and the body is the number.",
                {"anyOf": [reference("MessageOrError"), constant(400)]},
            ),
            *UNREADABLE[1:],
        ),
    ),
    VulnerabilityViewSet.starboard_vulnerability: Operation(
        heading="Create Starboard vulnerability",
        summary="Keep a finding",
        description="The same finding twice is kept once.",
        consumers=AGENT,
        parameters=of_serializer(VulnerabilityReportParameters),
        answers=(
            Answer(200, "The finding.", closed({"uuid": {"type": "string", "format": "uuid"}})),
            *UNREADABLE,
            _FORBIDDEN,
        ),
    ),
    VulnerabilityViewSet.scan_result: Operation(
        summary="Resolve what a whole scan has not found again",
        consumers=AGENT,
        parameters=of_serializer(ScanResultParameters),
        answers=(_ACCEPTED, *UNREADABLE, _FORBIDDEN),
    ),
    VulnerabilityViewSet.policies_configuration: Operation(
        summary="The policies of an agent's scanner",
        description="There are none here: the answer is always 404, which the scanner takes as switched off.",
        consumers=AGENT,
        answers=(message(404, "There are no policies here."),),
    ),
    ConfigurationViewSet.agent_configuration: Operation(
        summary="Replace what an agent is authorised for",
        consumers=KAS,
        parameters=of_serializer(ConfigurationParameters),
        answers=(no_content("It is replaced."), *UNREADABLE, message(404, "There is no such agent.")),
    ),
    ProxyUserViewSet.authorize_proxy_user: Operation(
        summary="May a person use a cluster through kas?",
        description="Asked by kas's proxy for the Kubernetes API, for whoever shows a personal access token.",
        consumers=KAS,
        parameters=of_serializer(CookieParameters, optional=("csrf_token",)),
        answers=(
            Answer(200, "Who it is, and as whom the cluster sees them.", _ACCESS),
            *UNREADABLE,
            Answer(401, "The token of the person does not hold.", _TOKEN_REFUSED),
            Answer(403, "The token has not the scope, or nothing lets the person in.", _TOKEN_REFUSED),
            message(404, "There is no such agent."),
        ),
    ),
    KasEventViewSet.agent_events: Operation(
        summary="Count events",
        description="kas from 17 on sends it with each report of usage.",
        consumers=KAS,
        parameters=of_serializer(EventParameters),
        answers=(no_content("They are counted."), *UNREADABLE),
    ),
    ReceptiveAgentViewSet.receptive_agents: Operation(
        summary="Agents that wait to be called by kas",
        description="There are none here.",
        consumers=KAS,
        answers=(Answer(200, "The agents.", closed({"agents": array(closed({}))})),),
    ),
}
