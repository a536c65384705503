"""What a world consists of, as plain data: no row, no query. Fields are called as the tables' columns."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TODAY = NOW.date()
# The worlds' own ids begin here: what the product itself creates gets small ones from the sequences.
FIRST_ID = 10_000_000


@dataclass(frozen=True)
class Person:
    id: int
    username: str
    user_type: str
    state: str
    admin: bool
    external: bool
    confirmed_at: datetime | None
    password_expires_at: datetime | None
    password_automatically_set: bool
    locked_at: datetime | None
    otp_required_for_login: bool
    projects_limit: int


@dataclass(frozen=True)
class Space:
    """A group, or the namespace of one person."""

    id: int
    kind: str
    path: str
    parent_id: int | None
    owner_id: int | None
    visibility_level: int
    archived: bool
    share_with_group_lock: bool
    repository_size_limit: int | None
    project_creation_level: int | None
    default_branch_protection: int | None
    enabled_git_access_protocol: str
    enforce_ssh_certificates: bool
    wiki_access_level: int
    wiki_repository_exists: bool | None
    repository_read_only: bool


@dataclass(frozen=True)
class Repo:
    """A project."""

    id: int
    namespace_id: int
    path: str
    visibility_level: int
    archived: bool
    repository_read_only: bool
    repository_exists: bool | None
    wiki_repository_exists: bool | None
    default_branch: str | None
    repository_size_limit: int | None
    repository_access_level: int
    wiki_access_level: int
    snippets_access_level: int


@dataclass(frozen=True)
class Piece:
    """A snippet."""

    id: int
    author_id: int
    project_id: int | None
    visibility_level: int
    repository_read_only: bool
    repository_exists: bool | None
    default_branch: str | None


@dataclass(frozen=True)
class Pass:
    """An SSH key of a person or of a deployment."""

    id: int
    kind: str
    user_id: int | None
    algorithm: str
    bits: int
    usage_type: str
    expires_at: datetime | None


@dataclass(frozen=True)
class Grant:
    """A deploy key opens a project."""

    key_id: int
    project_id: int
    can_push: bool


@dataclass(frozen=True)
class Membership:
    user_id: int
    group_id: int | None
    project_id: int | None
    access_level: int
    expires_at: date | None
    requested_at: datetime | None
    state: str


@dataclass(frozen=True)
class GroupShare:
    shared_group_id: int
    shared_with_group_id: int
    group_access: int
    expires_at: date | None


@dataclass(frozen=True)
class ProjectShare:
    project_id: int
    group_id: int
    group_access: int
    expires_at: date | None


@dataclass(frozen=True)
class AccessRow:
    """Whom a rule lets pass; exactly one of the four is set."""

    right: str
    access_level: int | None = None
    user_id: int | None = None
    group_id: int | None = None
    deploy_key_id: int | None = None


@dataclass(frozen=True)
class Protection:
    """A rule over branches or, where ``tags`` says so, over tags."""

    id: int
    project_id: int
    name: str
    tags: bool
    allow_force_push: bool
    rows: tuple[AccessRow, ...]


@dataclass
class World:
    """A handful of everything."""

    people: dict[int, Person] = field(default_factory=dict)
    spaces: dict[int, Space] = field(default_factory=dict)
    projects: dict[int, Repo] = field(default_factory=dict)
    snippets: dict[int, Piece] = field(default_factory=dict)
    keys: dict[int, Pass] = field(default_factory=dict)
    grants: list[Grant] = field(default_factory=list)
    memberships: list[Membership] = field(default_factory=list)
    group_shares: list[GroupShare] = field(default_factory=list)
    project_shares: list[ProjectShare] = field(default_factory=list)
    protections: list[Protection] = field(default_factory=list)
    sizes: dict[int, int] = field(default_factory=dict)
    """Project to the stored size of its repository."""
    ranges: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Root group to the addresses that its projects may be used from."""
    aliases: dict[str, int] = field(default_factory=dict)
    former_projects: dict[str, int] = field(default_factory=dict)
    former_groups: dict[str, int] = field(default_factory=dict)
    accepted: set[int] = field(default_factory=set)
    """Who has accepted the latest terms."""
    has_terms: bool = False
    maintenance: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    """Of the instance, where they are not the defaults."""
    on_disk: set[str] = field(default_factory=set)
    """The ids of the repositories that Gitaly has."""
    empty: set[int] = field(default_factory=set)
    """The projects whose repository has no branch."""

    def line(self, space_id: int) -> list[Space]:
        """A namespace and those above it, the nearest first."""
        space = self.spaces[space_id]
        return [space, *(self.line(space.parent_id) if space.parent_id else [])]

    def root(self, space_id: int) -> Space:
        return self.line(space_id)[-1]

    def space_path(self, space_id: int) -> str:
        return "/".join(space.path for space in reversed(self.line(space_id)))

    def project_path(self, project_id: int) -> str:
        project = self.projects[project_id]
        return f"{self.space_path(project.namespace_id)}/{project.path}"
