"""What the programs that call us show to be let in, where several apps have endpoints for them."""

from dataclasses import replace

from apps.core.schema.answers import message
from apps.core.schema.operations import Guard

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
