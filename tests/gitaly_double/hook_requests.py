"""The bodies that Gitaly's hooks post to the internal API."""

import os
import re
from collections.abc import Mapping
from typing import Any

from tests.gitaly_double import go_json
from tests.gitaly_double.hook_payload import HookPayload
from tests.gitaly_double.versions import Version

_IDENTITY = re.compile(r"(key|user)-([0-9]+)|(username)-(.+)")


class InvalidIdentity(ValueError):
    """The pusher's gl_id has none of the known forms."""


def allowed_body(payload: HookPayload, *, changes: bytes, environ: Mapping[str, str]) -> dict[str, Any]:
    """Build the body of ``POST /allowed``; what is empty is left out."""
    version = Version.of(payload.version)
    body: dict[str, Any] = {
        "action": "git-receive-pack",
        "gl_repository": payload.gl_repository,
        "project": payload.disk_path.replace("'", ""),
        "changes": go_json.text(changes),
        "protocol": payload.protocol,
        "env": _quarantine(payload.disk_path, environ),
        **_identity(payload.gl_id),
    }
    if version >= (16, 6):
        body["relative_path"] = payload.relative_path
    if version >= (17, 0):
        body["push_options"] = push_options(environ)
    if version >= (17, 7):
        body["gitaly_client_context_bin"] = payload.client_context
    return {key: value for key, value in body.items() if value}


def post_receive_body(payload: HookPayload, *, changes: bytes, environ: Mapping[str, str]) -> dict[str, Any]:
    """Build the body of ``POST /post_receive``; no push options are a ``null``."""
    body: dict[str, Any] = {
        "gl_repository": payload.gl_repository,
        "identifier": payload.gl_id,
        "changes": go_json.text(changes),
        "push_options": push_options(environ) or None,
    }
    if Version.of(payload.version) >= (19, 0):
        body["gitaly_client_context_bin"] = payload.client_context or None
    return body


def push_options(environ: Mapping[str, str]) -> list[str]:
    """Read the push options from the variables that Git sets for hooks."""
    count = int(environ.get("GIT_PUSH_OPTION_COUNT") or 0)
    return [environ[f"GIT_PUSH_OPTION_{index}"] for index in range(count)]


def _identity(gl_id: str) -> dict[str, str]:
    match = _IDENTITY.fullmatch(gl_id)
    if match is None:
        raise InvalidIdentity(f"setting gl_id: gl_id='{gl_id}' is invalid")
    if match[3]:
        return {"username": match[4]}
    return {f"{match[1]}_id": match[2]}


def _quarantine(disk_path: str, environ: Mapping[str, str]) -> str:
    objects = environ.get("GIT_OBJECT_DIRECTORY")
    alternates = environ.get("GIT_ALTERNATE_OBJECT_DIRECTORIES")
    relative: dict[str, Any] = {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES_RELATIVE": None,
        "GIT_OBJECT_DIRECTORY_RELATIVE": "",
    }
    if objects and alternates:
        relative = {
            "GIT_ALTERNATE_OBJECT_DIRECTORIES_RELATIVE": [
                _inside(disk_path, alternate) for alternate in alternates.split(":")
            ],
            "GIT_OBJECT_DIRECTORY_RELATIVE": _inside(disk_path, objects),
        }
    return go_json.encode(relative).decode()


def _inside(disk_path: str, path: str) -> str:
    return os.path.relpath(os.path.realpath(path), os.path.realpath(disk_path))
