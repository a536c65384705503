"""What Workhorse is told of a command that may run; the names and types are Workhorse's, to the letter.

One value of a wrong type, and Workhorse fails the whole command.
"""

from typing import Any

from django.conf import settings

from apps.core.gitaly.repository import Repository
from apps.directory.feature_flags import gitaly_features
from apps.git_access.access.authorize import Grant
from apps.git_access.context import gitaly_repositories
from apps.git_access.context.facts import Facts

MEBIBYTE = 1_048_576


def workhorse_payload(grant: Grant) -> dict[str, Any]:
    """Return the answer for Workhorse of every generation since 13.6."""
    attempt, facts = grant.attempt, grant.attempt.facts
    found = gitaly_repositories.of(facts, attempt.command.quarantine)
    body: dict[str, Any] = {
        "GL_ID": _gl_id(facts),
        "GL_USERNAME": facts.user.username if facts.user else None,
        "GL_REPOSITORY": found.gl_repository,
        "ShowAllRefs": False,
        "NeedAudit": settings.GIT_AUDIT_EVENTS_ENABLED,
        "Repository": _repository(found),
        "GitConfigOptions": _push_options(),
        "GitalyServer": _gitaly_server(grant),
    }
    if facts.project and facts.namespace:
        body["ProjectID"] = facts.project.id
        body["RootNamespaceID"] = facts.namespace.root_id
    return body


def _gl_id(facts: Facts) -> str:
    return f"user-{facts.user.id}" if facts.user else ""


def _repository(found: Repository) -> dict[str, Any]:
    return {
        "storage_name": found.storage_name,
        "relative_path": found.relative_path,
        "git_object_directory": "",
        "git_alternate_object_directories": [],
        "gl_repository": found.gl_repository,
        "gl_project_path": found.gl_project_path,
    }


def _gitaly_server(grant: Grant) -> dict[str, Any]:
    facts = grant.attempt.facts
    features = gitaly_features(facts.features)
    return {
        "address": grant.server.address,
        "token": grant.server.token,
        "features": features,  # read up to 14
        "call_metadata": {  # read from 15 on
            **features,
            "user_id": _gl_id(facts),
            "username": facts.user.username if facts.user else "",
            "remote_ip": grant.attempt.command.check_ip or "",
        },
    }


def _push_options() -> list[str]:
    limit = settings.RECEIVE_MAX_INPUT_SIZE
    return [f"receive.maxInputSize={limit * MEBIBYTE}"] if limit > 0 else []
