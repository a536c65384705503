"""What the double hands to the hooks of one push, through their environment."""

import base64
import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass

from tests.gitaly_double.api_settings import ApiSettings

VARIABLE = "GITALY_HOOKS_PAYLOAD"


@dataclass(frozen=True, slots=True, kw_only=True)
class HookPayload:
    """Who pushes what where, and how the hooks reach the API."""

    api: ApiSettings
    version: str
    protocol: str
    disk_path: str
    relative_path: str
    gl_repository: str
    gl_project_path: str
    gl_id: str
    gl_username: str
    correlation_id: str
    client_context: str
    custom_hooks: str

    def to_environment(self) -> dict[str, str]:
        """Return the one variable that carries the payload."""
        text = json.dumps(dataclasses.asdict(self))
        return {VARIABLE: base64.b64encode(text.encode()).decode()}

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "HookPayload":
        """Read the payload back."""
        fields = json.loads(base64.b64decode(environ[VARIABLE]))
        return cls(**{**fields, "api": ApiSettings(**fields["api"])})
