"""The repository in a path, as it stands before ``.git``."""

import re

from apps.core.json_values import storable_text
from apps.directory.paths import names_repository

_SEGMENTS = r"[^/]+(?:/[^/]+)*"
_GROUP_WIKI = re.compile(r"[^/]+\.wiki")


class RepositoryConverter:
    """``g/s/p``, ``g/p.wiki``, ``g.wiki``, ``snippets/8``: everything before the last ``.git/``."""

    regex = _SEGMENTS

    def to_python(self, value: str) -> str:
        """Return the path.

        Raises:
            ValueError: it cannot be one; the route is then an unknown one.
        """
        if any(part in ("", ".", "..") for part in value.split("/")) or "\\" in value:
            raise ValueError(value)
        if not storable_text(value) or ("/" not in value and not _GROUP_WIKI.fullmatch(value)):
            raise ValueError(value)
        return value

    def to_url(self, value: str) -> str:
        """Return the path as it is."""
        return value


class BareRepositoryConverter(RepositoryConverter):
    """The path of a repository as people type it, without ``.git``."""

    def to_python(self, value: str) -> str:
        """Return the path.

        Raises:
            ValueError: no repository could have it.
        """
        if not names_repository(value):
            raise ValueError(value)
        return value


class OidConverter:
    """The id of a file of LFS: SHA-256, in lower case."""

    regex = "[0-9a-f]{64}"

    def to_python(self, value: str) -> str:
        """Return it as it is."""
        return value

    def to_url(self, value: str) -> str:
        """Return it as it is."""
        return value


class SizeConverter:
    """A number of bytes that a database takes."""

    regex = "[0-9]{1,19}"

    def to_python(self, value: str) -> int:
        """Return the number.

        Raises:
            ValueError: no file is so large; the route is then an unknown one.
        """
        size = int(value)
        if size >= 2**63:
            raise ValueError(value)
        return size

    def to_url(self, value: int) -> str:
        """Return its digits."""
        return str(value)
