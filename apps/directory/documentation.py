"""Who may come in with a personal access token, in words."""

from apps.core.schema.json_schema import reference
from apps.core.schema.operations import Answer, Guard, Guards
from apps.directory.authentication import AdminTokenAuthentication

_TOKEN = "A personal access token."  # noqa: S105 -- words about one
GUARDS: Guards = {
    AdminTokenAuthentication: Guard(
        consumer="CustomersDot",
        alternatives=(("privateToken",), ("token",), ("bearerToken",), ("privateTokenParameter",)),
        schemes={
            "privateToken": {
                "type": "apiKey",
                "in": "header",
                "name": "PRIVATE-TOKEN",
                "description": _TOKEN,
            },
            "token": {
                "type": "apiKey",
                "in": "header",
                "name": "TOKEN",
                "description": f"{_TOKEN} So some examples of GitLab's document write it.",
            },
            "bearerToken": {"type": "http", "scheme": "bearer", "description": _TOKEN},
            "privateTokenParameter": {
                "type": "apiKey",
                "in": "query",
                "name": "private_token",
                "description": f"{_TOKEN} In the query string or in a form, not in JSON.",
            },
        },
        answers=(
            Answer(
                401,
                "There is no token, or none that is known or still good.",
                {"anyOf": [reference("Message"), reference("TokenRefused")]},
                headers=("WWW-Authenticate",),
            ),
            Answer(
                403,
                "The scope does not suffice, the user is blocked, or is no administrator.",
                {"anyOf": [reference("Message"), reference("TokenRefused")]},
            ),
        ),
    )
}
