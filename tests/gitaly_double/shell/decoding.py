"""Answers as a typed decoder reads them: one wrong type fails the whole answer."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.gitaly_double.error_texts import decode_object

Check = Callable[[Any], bool]


class ParsingFailed(ValueError):
    """The body is not JSON, or a known key has a value of a wrong type."""


def boolean(value: Any) -> bool:
    return isinstance(value, bool)


def string(value: Any) -> bool:
    return isinstance(value, str)


def integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def strings(value: Any) -> bool:
    return isinstance(value, list) and all(item is None or string(item) for item in value)


def string_map(value: Any) -> bool:
    return isinstance(value, dict) and all(map(string, value.values()))


def object_of(fields: Mapping[str, Check]) -> Check:
    """Return the check of a nested object."""

    def check(value: Any) -> bool:
        return isinstance(value, dict) and all(
            value.get(name) is None or fits(value[name]) for name, fits in fields.items()
        )

    return check


def decoded(raw: bytes, fields: Mapping[str, Check]) -> dict[str, Any]:
    """Decode a body; ``null`` fits every type, and unknown keys are ignored."""
    try:
        body = decode_object(raw)
    except ValueError as error:
        raise ParsingFailed from error
    if not object_of(fields)(body):
        raise ParsingFailed
    return {name: body[name] for name in fields if body.get(name) is not None}


REPOSITORY = object_of(
    {
        "storage_name": string,
        "relative_path": string,
        "git_object_directory": string,
        "git_alternate_object_directories": strings,
        "gl_repository": string,
        "gl_project_path": string,
    }
)
ALLOWED: Mapping[str, Check] = {
    "status": boolean,
    "message": string,
    "gl_repository": string,
    "gl_id": string,
    "gl_key_type": string,
    "gl_key_id": integer,
    "gl_username": string,
    "gl_project_id": integer,
    "gl_root_namespace_id": integer,
    "git_config_options": strings,
    "git_protocol": string,
    "gl_console_messages": strings,
    "need_audit": boolean,
    "gitaly": object_of(
        {"repository": REPOSITORY, "address": string, "token": string, "features": string_map}
    ),
}
DISCOVER: Mapping[str, Check] = {"id": integer, "name": string, "username": string}
AUTHORIZED_KEYS: Mapping[str, Check] = {"id": integer, "key": string}
CHECK: Mapping[str, Check] = {
    "api_version": string,
    "gitlab_version": string,
    "gitlab_rev": string,
    "redis": boolean,
}
LFS_AUTHENTICATE: Mapping[str, Check] = {
    "username": string,
    "lfs_token": string,
    "repository_http_path": string,
    "expires_in": integer,
}
