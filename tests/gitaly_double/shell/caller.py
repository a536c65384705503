"""Who runs gitlab-shell, from its arguments and sshd's variables."""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.gitaly_double.versions import Version

_IDENTITY = re.compile(r"key-([0-9]+)|username-(\S+)")
_PORT = re.compile(r"\[(.*)\]:[0-9]+|([^:]*):[0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """One SSH login: a key or a user's name, or neither."""

    key_id: str
    username: str
    address: str
    git_protocol: str
    correlation_id: str

    @classmethod
    def of(cls, arguments: Sequence[str], environ: Mapping[str, str], version: Version) -> "Caller":
        """Read the first argument that names somebody."""
        key_id, username = _identity(arguments, version)
        return cls(
            key_id=key_id,
            username=username,
            address=environ.get("SSH_CONNECTION", "").partition(" ")[0],
            git_protocol=environ.get("GIT_PROTOCOL", ""),
            correlation_id=environ.get("CORRELATION_ID") or uuid.uuid4().hex,
        )

    def identity(self) -> dict[str, str]:
        """Return the parameter that names the caller; a name goes before a key."""
        if self.username:
            return {"username": self.username}
        return {"key_id": self.key_id} if self.key_id else {}

    def check_ip(self, version: Version) -> str:
        """Return the address as it is sent; older releases leave a port in it."""
        match = _PORT.fullmatch(self.address)
        return match[1] or match[2] if match and version >= (14, 1) else self.address


def _identity(arguments: Sequence[str], version: Version) -> tuple[str, str]:
    for argument in arguments:
        if version >= (13, 21):
            match = _IDENTITY.fullmatch(argument.rpartition(" ")[2])
        else:
            match = _IDENTITY.search(argument)
        if match:
            return match[1] or "", match[2] or ""
    return "", ""
