"""The parameters that say who a request is from, as Git's endpoints share them."""

from dataclasses import replace

from apps.core.schema.answers import message
from apps.core.schema.declarations import IDENTIFIER, OPTIONAL_TEXT
from apps.core.schema.operations import Guard, Parameter

KEY_ID = Parameter("key_id", IDENTIFIER, description="The SSH key, as a number or as text.")
USER_ID = Parameter("user_id", IDENTIFIER, description="The user, as a number or as text.")
USERNAME = Parameter("username", OPTIONAL_TEXT, description="The user, by name.")
IDENTITY = Parameter("identifier", OPTIONAL_TEXT, description="The actor: `user-1` or `key-11`.")
# The first that is present decides, even where it resolves to nobody.
ACTOR = (KEY_ID, USER_ID, USERNAME, IDENTITY)

SHELL_GUARD = Guard(
    consumer="GitLab Shell and Gitaly",
    alternatives=(("sharedSecret",), ("shellToken",), ("secretToken",)),
    schemes={
        "sharedSecret": {
            "type": "apiKey",
            "in": "header",
            "name": "Gitlab-Shared-Secret",
            "description": "The bytes of the shared secret file in Base64.",
        },
        "shellToken": {
            "type": "apiKey",
            "in": "header",
            "name": "Gitlab-Shell-Api-Request",
            "description": "A JSON Web Token, HS256, `iss` = `gitlab-shell`, keyed with the trimmed secret.",
        },
        "secretToken": {
            "type": "apiKey",
            "in": "query",
            "name": "secret_token",
            "description": "The shared secret as a parameter, in the query string or in the body.",
        },
    },
    answers=(message(401, "No credential holds."),),
)
WORKHORSE_SCHEME = {
    "workhorseToken": {
        "type": "apiKey",
        "in": "header",
        "name": "Gitlab-Workhorse-Api-Request",
        "description": "A JSON Web Token, HS256, `iss` = `gitlab-workhorse`, keyed with its 32 bytes.",
    }
}
SHELL_OR_WORKHORSE_GUARD = replace(
    SHELL_GUARD,
    alternatives=(*SHELL_GUARD.alternatives, ("workhorseToken",)),
    schemes={**SHELL_GUARD.schemes, **WORKHORSE_SCHEME},
)
KAS_SCHEME = {
    "kasToken": {
        "type": "apiKey",
        "in": "header",
        "name": "Gitlab-Kas-Api-Request",
        "description": "A JSON Web Token, HS256, `iss` = `gitlab-kas`, keyed with the secret's 32 bytes.",
    }
}
KAS_GUARD = Guard(
    consumer="kas",
    alternatives=(("kasToken",),),
    schemes=KAS_SCHEME,
    answers=(message(401, "The token of kas does not hold."),),
)
