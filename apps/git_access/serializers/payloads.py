"""What the clients of ``/allowed`` are told; written out by hand, for it is asked at every Git command."""

from typing import Any

from django.conf import settings

from apps.core.gitaly.repository import Repository
from apps.directory.feature_flags import gitaly_features
from apps.git_access.access import project_creation
from apps.git_access.access.authorize import Grant
from apps.git_access.context import gitaly_repositories
from apps.git_access.context.attempt import Attempt
from apps.git_access.policy import keys

MEBIBYTE = 1_048_576
UPLOAD_PACK_OPTIONS = ("uploadpack.allowFilter=true", "uploadpack.allowAnySHA1InWant=true")


def grant_payload(grant: Grant) -> dict[str, Any]:
    """Return the success body, in the contract's key order; what is unknown at the top is left out."""
    attempt = grant.attempt
    facts = attempt.facts
    found = gitaly_repositories.of(facts, attempt.command.quarantine)
    body: dict[str, Any] = {
        "status": True,
        "gl_repository": found.gl_repository,
        "gl_project_path": found.gl_project_path,
    }
    if facts.project and facts.namespace:
        body["gl_project_id"] = facts.project.id
        body["gl_root_namespace_id"] = facts.namespace.root_id
    body["gl_id"] = f"user-{facts.user.id}" if facts.user else ""
    if facts.user:
        body["gl_username"] = facts.user.username
    body["git_config_options"] = _git_config_options()
    if attempt.command.is_pull or attempt.command.is_push:  # designs are asked about with any command
        body["gitaly"] = {
            "repository": _repository_payload(found, attempt),
            "address": grant.server.address,
            "token": grant.server.token,
            "features": gitaly_features(facts.features),
        }
    body["gl_console_messages"] = _console_messages(attempt)
    body["need_audit"] = settings.GIT_AUDIT_EVENTS_ENABLED
    if facts.key:
        body["gl_key_type"] = "deploy_key" if facts.key.deploy else "key"
        body["gl_key_id"] = facts.key.id
    return body


def _repository_payload(found: Repository, attempt: Attempt) -> dict[str, Any]:
    quarantine = attempt.command.quarantine
    return {
        "storage_name": found.storage_name,
        "relative_path": found.relative_path,
        "git_object_directory": quarantine.object_directory,
        "git_alternate_object_directories": quarantine.alternates,
        "gl_repository": found.gl_repository,
        "gl_project_path": found.gl_project_path,
    }


def _git_config_options() -> list[str]:
    options = [*UPLOAD_PACK_OPTIONS]
    if settings.RECEIVE_MAX_INPUT_SIZE > 0:
        options.append(f"receive.maxInputSize={settings.RECEIVE_MAX_INPUT_SIZE * MEBIBYTE}")
    return options


def _console_messages(attempt: Attempt) -> list[str]:
    key, messages = attempt.facts.key, []
    if key and keys.expires_soon(key, now=attempt.now):
        messages.append(keys.EXPIRES_SOON)
    if attempt.began_project:
        messages.append(project_creation.ONLY_SHA1.format(path=attempt.repository_path))
    return messages
