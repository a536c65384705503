"""What the endpoints of Git access answer, as JSON Schema."""

from apps.core.schema.json_schema import (
    BOOLEAN,
    INTEGER,
    TEXT,
    array,
    closed,
    constant,
    mapping,
    nullable,
)

_GITALY_REPOSITORY = closed(
    {
        "storage_name": TEXT,
        "relative_path": TEXT,
        "git_object_directory": TEXT,
        "git_alternate_object_directories": nullable(array(TEXT)),
        "gl_repository": TEXT,
        "gl_project_path": TEXT,
    }
)
_GITALY = closed(
    {
        "repository": _GITALY_REPOSITORY,
        "address": TEXT,
        "token": nullable(TEXT),
        "features": mapping({"type": "string", "enum": ["true", "false"]}),
    }
)
GRANT = closed(
    {
        "status": constant(True),
        "gl_repository": TEXT,
        "gl_project_path": TEXT,
        "gl_project_id": INTEGER,
        "gl_root_namespace_id": INTEGER,
        "gl_id": TEXT,
        "gl_username": TEXT,
        "git_config_options": array(TEXT),
        "gitaly": _GITALY,
        "gl_console_messages": array(TEXT),
        "need_audit": BOOLEAN,
        "gl_key_type": {"type": "string", "enum": ["key", "deploy_key"]},
        "gl_key_id": INTEGER,
    },
    optional=(
        "gl_project_id",
        "gl_root_namespace_id",
        "gl_username",
        "gitaly",
        "gl_key_type",
        "gl_key_id",
    ),
)
LFS_TOKEN = closed(
    {
        "username": TEXT,
        "lfs_token": TEXT,
        "repository_http_path": TEXT,
        "expires_in": INTEGER,
    }
)
INSTANCE = closed(
    {
        "api_version": TEXT,
        "gitlab_version": TEXT,
        "gitlab_rev": TEXT,
        "redis": BOOLEAN,
        "gitlab_revision": TEXT,
    }
)
FINISHED_PUSH = closed(
    {
        "messages": array(closed({"message": TEXT, "type": {"type": "string", "enum": ["basic", "alert"]}})),
        "reference_counter_decreased": BOOLEAN,
    }
)
