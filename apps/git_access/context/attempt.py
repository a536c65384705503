"""One attempt to run a Git command: what was asked, what is known about it, and when."""

import enum
from dataclasses import dataclass, field
from datetime import datetime

from apps.git_access.context.changes import Change
from apps.git_access.context.facts import Facts
from apps.git_access.context.instance_settings import InstanceSettings
from apps.git_access.repositories.ids import RepositoryType
from apps.ssh_keys.actors import Claim


class Action(enum.StrEnum):
    """The Git commands that exist here."""

    UPLOAD_PACK = "git-upload-pack"
    RECEIVE_PACK = "git-receive-pack"
    UPLOAD_ARCHIVE = "git-upload-archive"


_READING = (Action.UPLOAD_PACK, Action.UPLOAD_ARCHIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantine:
    """Where Git keeps the new objects of a push until it is accepted; relative to the repository."""

    object_directory: str = ""
    alternates: list[str] | None = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What somebody has shown over HTTP is good for, whatever its owner may do."""

    may_read: bool
    may_write: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What was asked, as read from the request."""

    claim: Claim
    action: str
    protocol: str
    """Lower case."""
    gl_repository: str | None = None
    project: str | None = None
    changes: tuple[Change, ...] = ()
    quarantine: Quarantine = Quarantine()
    check_ip: str | None = None
    namespace_path: str | None = None
    relative_path: str | None = None
    correlation_id: str = ""
    asks_beforehand: bool = False
    """GitLab Shell asks before the transfer, when no change is known."""
    credential: Credential | None = None
    """``None``: a component asks, which has seen no credential or tells nothing of it."""

    @property
    def is_push(self) -> bool:
        """Whether the command writes."""
        return self.action == Action.RECEIVE_PACK

    @property
    def is_pull(self) -> bool:
        """Whether the command reads; an unknown one does neither."""
        return self.action in _READING


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A command, the facts about it, the instance's settings, and the moment."""

    command: Command
    facts: Facts
    settings: InstanceSettings
    belongs_below: bool = False
    """Of a group wiki: whether the user has a level in a project somewhere below the group."""
    path: str | None
    """The normalised path, when the repository was named by path."""
    began_project: bool = False
    """Whether this push has just created its project."""
    now: datetime

    @property
    def type(self) -> RepositoryType:
        """The type of the repository."""
        return self.facts.type

    @property
    def changes(self) -> tuple[Change, ...]:
        """The refs that the push changes; none before the transfer."""
        return self.command.changes

    @property
    def repository_path(self) -> str | None:
        """The full path of the container, else the path that was asked for; without ``.git``."""
        return self.facts.full_path or self.path

    @property
    def redirected_path(self) -> str | None:
        """The path that was asked for, when the container has another one now."""
        found = self.facts.full_path
        if not self.path or found is None or self.facts.by_alias:
            return None
        return self.path if self.path.lower() != found.lower() else None
