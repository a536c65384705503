"""The endpoints of Git access, in words."""

from apps.core.schema.actors import ACTOR, IDENTITY
from apps.core.schema.answers import UNREADABLE_GIT, message
from apps.core.schema.declarations import OPTIONAL_TEXT
from apps.core.schema.json_schema import (
    BOOLEAN,
    TEXT,
    array,
    closed,
    constant,
    reference,
)
from apps.core.schema.operations import BINARY, Answer, Operation, Operations, Parameter
from apps.git_access.context.attempt import Action
from apps.git_access.serializers.answer_shapes import FINISHED_PUSH, GRANT, INSTANCE, LFS_TOKEN
from apps.git_access.views.access import AccessViewSet
from apps.git_access.views.audit import AuditViewSet
from apps.git_access.views.instance import InstanceViewSet
from apps.git_access.views.lfs import LfsAuthenticateViewSet
from apps.git_access.views.pushes import PushViewSet

SHELL, GITALY = "GitLab Shell", "Gitaly"
_REPOSITORY = "The repository: `project-7`, `wiki-7`, `snippet-3`, …"
GL_REPOSITORY = Parameter("gl_repository", TEXT, required=True, description=_REPOSITORY)
CHANGES = {"anyOf": [array(TEXT), OPTIONAL_TEXT]}
CONTEXT = Parameter(
    "gitaly_client_context_bin", OPTIONAL_TEXT, description="Base64 of a JSON object, passed on by Gitaly."
)
COUNT = {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^[0-9]+$"}, {"type": "null"}]}

ALLOWED = (
    *ACTOR,
    Parameter("project", OPTIONAL_TEXT, description="The path as typed, unless `gl_repository` is there."),
    Parameter("gl_repository", OPTIONAL_TEXT, description=f"{_REPOSITORY} Wins over `project`."),
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
    CONTEXT,
)
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
    LfsAuthenticateViewSet.lfs_authenticate: Operation(
        heading="LFS Authentication",
        summary="Give a token for LFS",
        consumers=(SHELL,),
        parameters=(
            Parameter("gl_repository", OPTIONAL_TEXT, description=_REPOSITORY),
            Parameter("project", OPTIONAL_TEXT, description="The path as typed."),
            *ACTOR,
            Parameter("operation", OPTIONAL_TEXT, description="`download` or `upload`; not used."),
        ),
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
        parameters=(GL_REPOSITORY,),
        answers=(
            Answer(200, "Whether it was counted.", closed({"reference_counter_increased": BOOLEAN})),
            *UNREADABLE_GIT,
        ),
    ),
    PushViewSet.post_receive: Operation(
        heading="PostReceive",
        summary="A push has changed refs",
        consumers=(GITALY,),
        parameters=(
            Parameter("identifier", OPTIONAL_TEXT, description=IDENTITY.description),
            GL_REPOSITORY,
            Parameter(
                "push_options",
                {"anyOf": [array(TEXT), OPTIONAL_TEXT, {"type": "object", "maxProperties": 0}]},
                description="What the pusher gave with `git push -o`.",
            ),
            Parameter("changes", OPTIONAL_TEXT, description="Lines `old new ref`."),
            CONTEXT,
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
        parameters=(
            Parameter("action", TEXT, required=True, description="`git-upload-pack` or `git-receive-pack`."),
            Parameter("protocol", TEXT, required=True, description="`ssh`, `http` or `web`."),
            GL_REPOSITORY,
            Parameter("changes", TEXT, required=True, description="`_any`."),
            Parameter(
                "packfile_stats",
                {"type": ["object", "null"], "properties": {"wants": COUNT, "haves": COUNT}},
                description="How the negotiation went.",
            ),
            *(row for row in ALLOWED if row.name not in {"action", "protocol", "gl_repository", "changes"}),
        ),
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
    LfsAuthenticateViewSet.lfs: Operation(
        summary="The bytes of one LFS file",
        consumers=(GITALY,),
        parameters=(
            Parameter("oid", TEXT, required=True, description="The SHA-256 of the file."),
            GL_REPOSITORY,
        ),
        answers=(
            Answer(200, "The file.", {"type": "string", "format": "binary"}, media_type=BINARY),
            Answer(400, "A parameter is missing or invalid.", reference("MessageOrError")),
            message(415, "The body is of another media type."),
            message(404, "There is no such file in that project."),
        ),
    ),
}
