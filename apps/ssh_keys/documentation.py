"""The endpoints about SSH keys and their owners, in words."""

from apps.core.schema.answers import SUCCESS, UNREADABLE_GIT, message, polite
from apps.core.schema.declarations import of_serializer, schema_of
from apps.core.schema.json_schema import (
    BOOLEAN,
    DATE,
    INTEGER,
    MOMENT,
    TEXT,
    array,
    closed,
    constant,
    nullable,
    reference,
)
from apps.core.schema.operations import Answer, JsonSchema, Operation, Operations, Parameter
from apps.directory import access_tokens
from apps.ssh_keys.params import (
    ActorParameters,
    CertificateParameters,
    CodeOfActorParameters,
    PushedQuestionParameters,
    Scopes,
    TokenParameters,
)
from apps.ssh_keys.views.certificates import CertificateViewSet
from apps.ssh_keys.views.key_owner import KeyOwnerViewSet
from apps.ssh_keys.views.keys import KeyViewSet

SHELL = ("GitLab Shell",)
ACTOR = of_serializer(ActorParameters)
KEY = closed({"id": INTEGER, "title": TEXT, "key": TEXT, "created_at": MOMENT})
USER = closed({"id": INTEGER, "name": TEXT, "username": TEXT})
CODES = closed(
    {"success": constant(True), "recovery_codes": array({"type": "string", "pattern": "^[0-9a-f]{16}$"})}
)
TOKEN = closed(
    {
        "success": constant(True),
        "token": TEXT,
        "scopes": array({"type": "string", "enum": list(access_tokens.SCOPES)}),
        "expires_at": nullable(DATE),
    }
)


@schema_of.register
def _(field: Scopes) -> JsonSchema:
    return {"type": ["array", "string", "null"], "items": TEXT}


OTP_CHECK = Operation(
    summary="Check a one-time password",
    description="A right code opens a session for the key. Up to GitLab Shell 14.9 the path is "
    "`two_factor_otp_check`, later `two_factor_manual_otp_check`.",
    consumers=SHELL,
    parameters=of_serializer(CodeOfActorParameters),
    answers=(polite(SUCCESS, "The session is open, or a text that says why not."), *UNREADABLE_GIT),
)

OPERATIONS: Operations = {
    KeyViewSet.authorized_keys: Operation(
        heading="Authorized Keys Check",
        summary="Find the key that somebody logs in with",
        consumers=(*SHELL, "OpenSSH through it"),
        parameters=(
            Parameter(
                "key", TEXT, required=True, description="The Base64 text of the key, or its whole line."
            ),
        ),
        answers=(
            Answer(200, "The key may log in.", KEY),
            *UNREADABLE_GIT,
            message(401, "No credential holds, or the owner of the key is blocked."),
            message(404, "No usable key is this one."),
        ),
    ),
    KeyViewSet.discover: Operation(
        heading="Get user for user ID or key",
        summary="Name the user behind a key",
        description="Who is nobody is the JSON literal `null`, under status 200.",
        consumers=SHELL,
        parameters=ACTOR,
        answers=(Answer(200, "The user, or `null`.", nullable(USER)), *UNREADABLE_GIT),
    ),
    KeyOwnerViewSet.two_factor_recovery_codes: Operation(
        heading="Get new 2FA recovery codes using an SSH key",
        summary="Make new recovery codes",
        description="Ten codes that replace all others. GitLab's document says GET; every client sends POST.",
        consumers=SHELL,
        parameters=ACTOR,
        answers=(polite(CODES, "The codes, or a text that says why there are none."), *UNREADABLE_GIT),
    ),
    KeyOwnerViewSet.personal_access_token: Operation(
        heading="Get new personal access-token",
        summary="Make a personal access token",
        consumers=SHELL,
        parameters=of_serializer(TokenParameters),
        answers=(polite(TOKEN, "The token, or a text that says why there is none."), *UNREADABLE_GIT),
    ),
    KeyOwnerViewSet.two_factor_config: Operation(
        summary="Say whether somebody has two-factor authentication on",
        consumers=("none known",),
        parameters=ACTOR,
        answers=(
            polite(
                closed({"success": constant(True), "two_factor_required": BOOLEAN}),
                "On or off, or why unknown.",
            ),
            *UNREADABLE_GIT,
        ),
    ),
    KeyOwnerViewSet.two_factor_manual_otp_check: OTP_CHECK,
    KeyOwnerViewSet.two_factor_push_otp_check: Operation(
        summary="Ask for a confirmation by push notification",
        description="Always refused at once: there are no push notifications.",
        consumers=SHELL,
        parameters=of_serializer(PushedQuestionParameters),
        answers=(Answer(200, "Refused.", reference("PoliteRefusal")),),
    ),
    CertificateViewSet.authorized_certs: Operation(
        summary="Say whom a certificate lets in",
        consumers=("GitLab Shell's own SSH server",),
        parameters=of_serializer(CertificateParameters),
        answers=(
            Answer(
                200, "The holder.", closed({"success": constant(True), "namespace": TEXT, "username": TEXT})
            ),
            *UNREADABLE_GIT,
            message(404, "No such authority, or no such member of its group."),
        ),
    ),
}
