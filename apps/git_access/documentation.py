"""The endpoints of Git access, in words."""

from apps.core.schema.answers import UNREADABLE_GIT, message
from apps.core.schema.declarations import OPTIONAL_TEXT, of_serializer, schema_of
from apps.core.schema.json_schema import (
    BOOLEAN,
    TEXT,
    array,
    closed,
    constant,
    reference,
)
from apps.core.schema.operations import BINARY, Answer, JsonSchema, Operation, Operations, Parameter
from apps.git_access.context.attempt import Action
from apps.git_access.serializers.answer_shapes import FINISHED_PUSH, GRANT, INSTANCE, LFS_TOKEN
from apps.git_access.serializers.params import (
    REPOSITORY,
    ClientContextParameters,
    Count,
    FinishedPushParameters,
    LfsFileParameters,
    LfsTokenParameters,
    ReportParameters,
    RepositoryParameters,
)
from apps.git_access.views.access import AccessViewSet
from apps.git_access.views.audit import AuditViewSet
from apps.git_access.views.instance import InstanceViewSet
from apps.git_access.views.lfs import LfsViewSet
from apps.git_access.views.pushes import PushViewSet
from apps.ssh_keys.params import ActorParameters

SHELL, GITALY = "GitLab Shell", "Gitaly"
CHANGES = {"anyOf": [array(TEXT), OPTIONAL_TEXT]}


@schema_of.register
def _(field: Count) -> JsonSchema:
    return {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^[0-9]+$"}, {"type": "null"}]}


ALLOWED = (
    *of_serializer(ActorParameters),
    Parameter("project", OPTIONAL_TEXT, description="The path as typed, unless `gl_repository` is there."),
    Parameter("gl_repository", OPTIONAL_TEXT, description=f"{REPOSITORY} Wins over `project`."),
    Parameter("protocol", TEXT, required=True, description="`ssh`, `http` or `web`, in any letter case."),
    Parameter("action", OPTIONAL_TEXT, description=", ".join(f"`{action}`" for action in Action)),
    Parameter(
        "changes",
        CHANGES,
        description="Lines `old new ref` from Gitaly, `_any` from GitLab Shell; needed for a push.",
    ),
    Parameter(
        "env",
        {"type": ["string", "object", "null"]},
        description="JSON text, or an object, that names the directories of a push's new objects.",
    ),
    Parameter("check_ip", OPTIONAL_TEXT, description="The address that the client comes from."),
    Parameter("namespace_path", OPTIONAL_TEXT, description="The group that a certificate is confined to."),
    Parameter("relative_path", OPTIONAL_TEXT, description="Where the repository lies in its storage."),
    *of_serializer(ClientContextParameters),
)
REPORT = of_serializer(
    ReportParameters, order=("action", "protocol", "gl_repository", "changes", "packfile_stats")
)  # and the address, which /allowed is told as well
_REFUSED = reference("AccessRefused")
_REFUSED_OR_MESSAGE = {"anyOf": [_REFUSED, reference("Message")]}
REFUSALS = (
    Answer(401, "No credential holds, or the command may not run.", _REFUSED_OR_MESSAGE),
    Answer(404, "There is no such repository, or the actor may not know of it.", _REFUSED),
    Answer(422, "A project could not be created by pushing to it.", _REFUSED),
    Answer(429, "The actor has asked too often.", reference("Message"), headers=("Retry-After",)),
    Answer(503, "Time ran out, or Gitaly is not there.", _REFUSED_OR_MESSAGE),
)
_AUDITED = closed(
    {"status": constant(True), "message": closed({"protocol": TEXT, "action": TEXT, "verb": TEXT})}
)

OPERATIONS: Operations = {
    AccessViewSet.allowed: Operation(
        heading="Git Authentication",
        summary="May this Git command run?",
        description="Status 300, GitLab's custom action, is never answered here.",
        consumers=(SHELL, GITALY),
        parameters=ALLOWED,
        answers=(Answer(200, "It may.", GRANT), *UNREADABLE_GIT, *REFUSALS),
    ),
    LfsViewSet.lfs_authenticate: Operation(
        heading="LFS Authentication",
        summary="Give a token for LFS",
        consumers=(SHELL,),
        parameters=of_serializer(LfsTokenParameters),
        answers=(
            Answer(
                200,
                "The token and the URL that it is for.",
                LFS_TOKEN,
            ),
            *UNREADABLE_GIT,
            message(404, "There is no such repository with LFS, or no such actor."),
        ),
    ),
    InstanceViewSet.check: Operation(
        heading="Instance information",
        summary="Version, revision, and whether a push could be counted and recorded",
        consumers=(SHELL, GITALY, "Geo"),
        answers=(
            Answer(
                200,
                "The instance.",
                INSTANCE,
            ),
        ),
    ),
    PushViewSet.pre_receive: Operation(
        heading="Incrementing counter on pre-receive",
        summary="A push is about to change refs",
        consumers=(GITALY,),
        parameters=of_serializer(RepositoryParameters),
        answers=(
            Answer(200, "Whether it was counted.", closed({"reference_counter_increased": BOOLEAN})),
            *UNREADABLE_GIT,
        ),
    ),
    PushViewSet.post_receive: Operation(
        heading="PostReceive",
        summary="A push has changed refs",
        consumers=(GITALY,),
        parameters=of_serializer(
            FinishedPushParameters,
            order=("identifier", "gl_repository", "push_options", "changes", "gitaly_client_context_bin"),
        ),
        answers=(
            Answer(
                200,
                "What the pusher is told.",
                FINISHED_PUSH,
            ),
            *UNREADABLE_GIT,
        ),
    ),
    AuditViewSet.git_audit_event: Operation(
        summary="Report a Git command",
        consumers=(SHELL,),
        parameters=(*REPORT, *(row for row in ALLOWED if row.name not in {row.name for row in REPORT})),
        answers=(
            Answer(200, "It is recorded, or need not be.", {"anyOf": [_AUDITED, _REFUSED]}),
            Answer(
                400,
                "The action is none that is audited, or parameters are wrong.",
                {"anyOf": [_REFUSED, reference("MessageOrError")]},
            ),
            message(415, "The body is of another media type."),
            *REFUSALS,
        ),
    ),
    LfsViewSet.lfs: Operation(
        summary="The bytes of one LFS file",
        consumers=(GITALY,),
        parameters=of_serializer(LfsFileParameters),
        answers=(
            Answer(200, "The file.", {"type": "string", "format": "binary"}, media_type=BINARY),
            Answer(400, "A parameter is missing or invalid.", reference("MessageOrError")),
            message(415, "The body is of another media type."),
            message(404, "There is no such file in that project."),
        ),
    ),
}
