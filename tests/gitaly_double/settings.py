"""What one double is told when it starts."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.gitaly_double.api_settings import ApiSettings
from tests.gitaly_double.versions import Version

RECENT = Version(16, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubleSettings:
    """One Gitaly: its storages, its release, and the API that its hooks talk to."""

    storages: Mapping[str, Path]
    runtime: Path
    """An existing directory for the socket and the hooks; a socket's path may have about 100 bytes."""
    version: Version = RECENT
    token: str | None = None
    api: ApiSettings | None = None
    """Without it pushes run no hooks."""
    protocol: str = "ssh"
    custom_hooks: Path | None = None
    client_context: str = ""
    """Base64 of the JSON object that newer releases hand on to the API."""

    @property
    def hooks(self) -> Path:
        """Return the directory of the hook programs."""
        return self.runtime / "hooks"

    @property
    def socket(self) -> Path:
        """Return the socket that the double listens on."""
        return self.runtime / "gitaly.sock"
