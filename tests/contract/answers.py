"""The two answers to a credential."""

from typing import Any

from tests.callers import Caller

ACCEPTED = (
    200,
    {
        "api_version": "v4",
        "gitlab_version": "12.3.0-pre",
        "gitlab_rev": "d69c988e6a6",
        "redis": True,
        "gitlab_revision": "d69c988e6a6",
    },
)
REFUSED = (401, {"message": "401 Unauthorized"})


def answer(caller: Caller, headers: dict[str, str] | None = None, /, **options: Any) -> tuple[int, Any]:
    """Ask for the instance information with these headers; return status and body."""
    response = caller.request("GET", "check", headers=headers or {}, **options)
    return response.status_code, response.json()
