"""What one double is told when it starts."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkhorseSettings:
    """One Workhorse: whom it asks, with what it signs, and of which generation it is."""

    backend: tuple[str, int]
    key: bytes | None
    """The 32 bytes that it signs with; ``None`` is somebody who only looks like Workhorse."""
    new: bool = False
    """Whether it is one of 16 and later; else one of 13.6."""
    error_pages: Path | None = None
    """A folder with ``404.html`` and the like, as GitLab's packages have."""
