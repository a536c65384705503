"""What Workhorse is told of a command that may run; the names and types are Workhorse's, to the letter.

One value of a wrong type, and Workhorse fails the whole command.
"""

from typing import Any

from django.conf import settings

from apps.directory.feature_flags import gitaly_features
from apps.git_access.access.authorize import Grant
from apps.git_access.context import gitaly_repositories

MEBIBYTE = 1_048_576


def workhorse_payload(grant: Grant) -> dict[str, Any]:
    """Return the answer for Workhorse of every generation since 13.6."""
    attempt, facts = grant.attempt, grant.attempt.facts
    found = gitaly_repositories.of(facts, attempt.command.quarantine)
    gl_id = f"user-{facts.user.id}" if facts.user else ""
    username = facts.user.username if facts.user else None
    features = gitaly_features(facts.features)
    body: dict[str, Any] = {
        "GL_ID": gl_id,
        "GL_USERNAME": username,
        "GL_REPOSITORY": found.gl_repository,
        "ShowAllRefs": False,
        "NeedAudit": settings.GIT_AUDIT_EVENTS_ENABLED,
        "Repository": {
            "storage_name": found.storage_name,
            "relative_path": found.relative_path,
            "git_object_directory": "",
            "git_alternate_object_directories": [],
            "gl_repository": found.gl_repository,
            "gl_project_path": found.gl_project_path,
        },
        "GitConfigOptions": _push_options(),
        "GitalyServer": {
            "address": grant.server.address,
            "token": grant.server.token,
            # Up to 14 the first is read, from 15 the second.
            "features": features,
            "call_metadata": {
                **features,
                "user_id": gl_id,
                "username": username or "",
                "remote_ip": attempt.command.check_ip or "",
            },
        },
    }
    if facts.project and facts.namespace:
        body["ProjectID"] = facts.project.id
        body["RootNamespaceID"] = facts.namespace.root_id
    return body


def _push_options() -> list[str]:
    limit = settings.RECEIVE_MAX_INPUT_SIZE
    return [f"receive.maxInputSize={limit * MEBIBYTE}"] if limit > 0 else []
