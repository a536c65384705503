"""Releases of the real programs, compared as (major, minor)."""

from typing import NamedTuple


class Version(NamedTuple):
    """A release line such as 16.0; compare it with a plain tuple: ``version >= (16, 6)``."""

    major: int
    minor: int

    @classmethod
    def of(cls, text: str) -> "Version":
        """Read ``"16.0"``."""
        major, minor = text.split(".")
        return cls(int(major), int(minor))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"
