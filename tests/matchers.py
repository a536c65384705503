"""Values that equal whatever has their form, so that whole bodies can be compared."""

import re
from dataclasses import dataclass

_TIMESTAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
_JWT = r"[\w-]+\.[\w-]+\.[\w-]+"
_PERSONAL_ACCESS_TOKEN = r"glpat-[A-Za-z0-9_-]{20}"
_RECOVERY_CODE = r"[0-9a-f]{16}"
_CORRELATION_ID = r"[0-9a-f]{32}"


@dataclass(frozen=True)
class Matching:
    """Equal to every text that the pattern matches as a whole."""

    pattern: str
    name: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and re.fullmatch(self.pattern, other, re.ASCII) is not None

    def __hash__(self) -> int:
        return hash(self.pattern)

    def __repr__(self) -> str:
        return f"<{self.name}>"


def timestamp() -> Matching:
    """A moment as GitLab writes it: UTC, milliseconds, ``Z``."""
    return Matching(_TIMESTAMP, "a timestamp")


def json_web_token() -> Matching:
    """A token in its compact form, whoever signed it."""
    return Matching(_JWT, "a JSON Web Token")


def correlation_id() -> Matching:
    """An id that the service has made itself."""
    return Matching(_CORRELATION_ID, "a correlation id")


def personal_access_token() -> Matching:
    """A token as it is shown once."""
    return Matching(_PERSONAL_ACCESS_TOKEN, "a personal access token")


def recovery_codes() -> list[Matching]:
    """A set of codes as it is shown once."""
    return [Matching(_RECOVERY_CODE, "a recovery code")] * 10
