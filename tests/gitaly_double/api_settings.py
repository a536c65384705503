"""How a client reaches the internal API, in a form that passes from program to program as JSON."""

import time
from dataclasses import dataclass
from pathlib import Path

from tests.gitaly_double.generations import Generation, credentials, of_gitaly
from tests.gitaly_double.versions import Version

BASE_PATH = "/api/v4/internal"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    """Where the API is, and how requests to it are signed."""

    url: str
    """``http://host:port``, with or without a prefix, or ``http+unix://`` and a quoted socket path."""
    secret_file: str
    generation: str
    timeout: float = 300
    relative_url_root: str = ""
    """A prefix of every path; it counts only over Unix sockets."""
    basic: str = ""
    """``user:password`` for a gate in front of the API."""

    ca_file: str = ""
    """Who has signed the API's certificate, beside those whom the system knows."""

    @classmethod
    def of_gitaly(cls, version: Version, *, url: str, secret_file: str) -> "ApiSettings":
        """Return the settings of the hooks of a release, with the credentials that it sends."""
        return cls(url=url, secret_file=secret_file, generation=of_gitaly(version))

    def credentials(self) -> dict[str, str]:
        """Return the headers that sign a request made now."""
        secret = Path(self.secret_file).read_bytes()
        return credentials(Generation(self.generation), secret=secret, at=int(time.time()))
