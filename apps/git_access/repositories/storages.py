"""Which Gitaly storage holds a repository."""

from typing import Protocol

from django.conf import settings


class Stored(Protocol):
    """A project or a snippet, as a row or as facts."""

    @property
    def storage(self) -> str:
        """The name of the storage."""


def storage_of(*, snippet: Stored | None, project: Stored | None) -> str:
    """Return the storage of a repository; a group's wiki, which has neither owner, is in the default one."""
    owner = snippet or project
    return owner.storage if owner else str(settings.DEFAULT_STORAGE)
