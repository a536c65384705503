"""What GitLab Shell asks before a Git command, and what it tells afterwards."""

from collections.abc import Iterator
from typing import Any

from apps.operations.conformance.check import Check, error, get, message, post
from apps.operations.conformance.matching import (
    BOOLEAN,
    FLAGS,
    INTEGER,
    NAMED,
    SIGNED,
    TEXT,
    TEXT_OR_NULL,
    TEXTS,
    Exactly,
)
from apps.operations.conformance.world import World

DOCUMENT = "Git Authentication"
LFS = "LFS Authentication"
BAD_INPUT = "decision 0008"
NO_NAMESPACE = "The namespace you were looking for could not be found."
HIDDEN = "The project you were looking for could not be found or you don't have permission to view it."


def checks(world: World) -> list[Check]:
    """Return the checks."""
    return [
        *_granted(world),
        *_refused(world),
        *_malformed(world),
        *_lfs(world),
        *_no_lfs(world),
        *_instance(),
        *_audit(world),
    ]


def _question(world: World, **other: Any) -> dict[str, Any]:
    asked = {
        "key_id": str(world.key_id),
        "project": world.project_path,
        "protocol": "ssh",
        "action": "git-upload-pack",
        "changes": "_any",
        "check_ip": "127.0.0.1",
        **other,
    }
    return {name: value for name, value in asked.items() if value is not None}


def _grant(world: World) -> dict[str, Any]:
    return {
        "status": True,
        "gl_repository": world.gl_repository,
        "gl_project_path": world.project_path,
        "gl_id": f"user-{world.user_id}",
        "gl_username": world.username,
        "git_config_options": TEXTS,
        "gitaly": {
            "repository": {
                "storage_name": NAMED,
                "relative_path": NAMED,
                "git_object_directory": "",
                "git_alternate_object_directories": [],
                "gl_repository": world.gl_repository,
                "gl_project_path": world.project_path,
            },
            "address": NAMED,
            "token": TEXT_OR_NULL,
            "features": FLAGS,
        },
        "gl_console_messages": TEXTS,
    }


def _granted(world: World) -> Iterator[Check]:
    by_key = {"gl_key_type": "key", "gl_key_id": world.key_id}
    paths = (world.project_path, f"/{world.project_path}", f"{world.project_path}.git")
    yield Check(
        name="shell.allowed_to_pull",
        reference=DOCUMENT,
        calls=[post("allowed", **_question(world, project=path)) for path in paths],
        body={**_grant(world), **by_key},
    )
    yield Check(
        name="shell.allowed_to_archive",
        reference=DOCUMENT,
        calls=[post("allowed", **_question(world, action="git-upload-archive"))],
        body={**_grant(world), **by_key},
    )
    yield Check(
        name="shell.allowed_by_username",
        reference=DOCUMENT,
        calls=[post("allowed", **_question(world, key_id=None, username=world.username))],
        body=_grant(world),
    )
    yield Check(
        name="shell.any_address_is_readable",
        reference=BAD_INPUT,
        calls=[
            post("allowed", **_question(world, check_ip=address))
            for address in ("127.0.0.1:22", "[::1]:22", "nonsense")
        ],
        body={"status": True},
    )


def _refused(world: World) -> Iterator[Check]:
    cases: dict[str, tuple[dict[str, Any], int, Any]] = {
        "unknown_project": ({"project": world.missing_path}, 404, HIDDEN),
        "unknown_project_for_nobody": ({"project": world.missing_path, "key_id": None}, 404, HIDDEN),
        "unknown_command": (
            {"action": "git-gc"},
            401,
            "The command you're trying to execute is not allowed.",
        ),
        "unknown_protocol": ({"protocol": "ftp"}, 401, "Git access over FTP is not allowed"),
        "path_without_namespace": (
            {"project": "alone"},
            404,
            NO_NAMESPACE,
        ),
        "malformed_repository": ({"gl_repository": "nonsense"}, 404, HIDDEN),
    }
    for name, (other, status, text) in cases.items():
        yield Check(
            name=f"shell.refused_{name}",
            reference="decision 0002",
            calls=[post("allowed", **_question(world, **other))],
            status=status,
            body=Exactly({"status": False, "message": text}),
        )


def _malformed(world: World) -> Iterator[Check]:
    cases: dict[str, tuple[dict[str, Any], str]] = {
        "without_protocol": ({"protocol": None}, '"protocol" not given'),
        "without_project": ({"project": None}, '"project" not given'),
        "push_without_changes": ({"action": "git-receive-pack", "changes": None}, '"changes" not given'),
        "project_that_is_no_text": ({"project": ["a"]}, '"project" is invalid'),
        "project_with_nul": ({"project": "a\0b"}, '"project" is invalid'),
    }
    for name, (other, text) in cases.items():
        yield Check(
            name=f"shell.bad_request_{name}",
            reference=BAD_INPUT,
            calls=[post("allowed", **_question(world, **other))],
            status=400,
            body=message(f"400 Bad request - {text}"),
        )


def _lfs(world: World) -> Iterator[Check]:
    yield Check(
        name="shell.lfs_token",
        reference=LFS,
        calls=[
            post(
                "lfs_authenticate", key_id=str(world.key_id), project=world.project_path, operation="download"
            ),
            post("lfs_authenticate", user_id=str(world.user_id), project=world.project_path),
        ],
        body={
            "username": world.username,
            "lfs_token": SIGNED,
            "repository_http_path": NAMED,
            "expires_in": INTEGER,
        },
    )


def _no_lfs(world: World) -> Iterator[Check]:
    yield Check(
        name="shell.no_lfs_token_without_project",
        reference=LFS,
        calls=[
            post("lfs_authenticate", key_id=str(world.key_id), project=world.missing_path),
            post("lfs_authenticate", key_id=str(world.key_id)),
        ],
        status=404,
        body=message("404 Not Found"),
    )
    yield Check(
        name="shell.no_lfs_token_for_nobody",
        reference=LFS,
        calls=[post("lfs_authenticate", key_id=str(world.missing_id), project=world.project_path)],
        status=404,
        body=message("404 Not found"),
    )


def _instance() -> Iterator[Check]:
    yield Check(
        name="shell.check",
        reference="Instance information",
        calls=[get("check")],
        body={"api_version": "v4", "gitlab_version": TEXT, "gitlab_rev": TEXT, "redis": BOOLEAN},
    )


def _audit(world: World) -> Iterator[Check]:
    yield Check(
        name="shell.audit_event_without_parameters",
        reference=BAD_INPUT,
        calls=[post("shellhorse/git_audit_event")],
        status=400,
        body=error("action is missing, protocol is missing, gl_repository is missing, changes is missing"),
    )
    yield Check(
        name="shell.audit_event_of_another_command",
        reference=BAD_INPUT,
        calls=[
            post(
                "shellhorse/git_audit_event",
                action="git-gc",
                protocol="ssh",
                gl_repository=world.gl_repository,
                changes="_any",
                key_id=world.key_id,
            )
        ],
        status=400,
        body=Exactly({"status": False, "message": "No valid action specified"}),
    )
