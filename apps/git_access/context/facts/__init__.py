"""What the decision about one Git command rests on.

The facts are read in one step, by one of two readers that give the same values; the rules over them are pure
Python. Nothing here looks at the clock or at settings. What is known of each thing is a named tuple, whose
fields stand in the order in which ``access_facts.sql`` gives them.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from apps.directory.models import AccessLevel
from apps.git_access.repositories.ids import RepositoryId, RepositoryType
from apps.ssh_keys.actors import Lookup


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Whose access to what: the row that names the actor, and an id or a path of the repository.

    ``path`` is normalised, without a leading slash and ``.git``; it counts only without ``repository``.
    """

    actor: Lookup
    repository: RepositoryId | None = None
    path: str = ""
    on: date


class TokenFacts(NamedTuple):
    """The access token by which the actor is known."""

    id: int
    scopes: tuple[str, ...]
    expires_at: date | None
    revoked: bool
    last_used_at: datetime | None

    def usable(self, *, on: date) -> bool:
        """Whether it is neither revoked nor expired: one expires at 00:00 UTC of its date."""
        return not self.revoked and (self.expires_at is None or self.expires_at > on)


class KeyFacts(NamedTuple):
    """The SSH key of the actor."""

    id: int
    deploy: bool
    algorithm: str
    bits: int
    expires_at: datetime | None
    last_used_at: datetime | None


class UserFacts(NamedTuple):
    """The user, the owner of the user key, or the creator of the deploy key."""

    id: int
    username: str
    state: str
    user_type: str
    admin: bool
    external: bool
    confirmed: bool
    password_expires_at: datetime | None
    password_automatically_set: bool
    locked_at: datetime | None
    two_factor: bool
    terms_accepted: bool
    """Has accepted the latest terms; true while there are none."""
    last_activity_on: date | None


class NamespaceFacts(NamedTuple):
    """The namespace of the container; without a container, the one that the path names."""

    id: int
    kind: str
    full_path: str
    owner_id: int | None
    visibility_level: int
    wiki_access_level: int
    wiki_repository_exists: bool | None
    repository_read_only: bool
    project_creation_level: int | None
    default_branch_protection: int | None
    archived: bool
    """This namespace or one above it is archived."""
    repository_size_limit: int | None
    """Of this namespace, else of the nearest one above it that has a limit; bytes."""
    lfs_enabled: bool | None
    """Of this namespace, else of the nearest one above it that says anything."""
    root_id: int
    root_path: str
    root_kind: str
    root_protocol: str
    """The only protocol that the root group allows, or ``""``."""
    root_enforces_certificates: bool
    ip_ranges: tuple[str, ...] = ()


class ProjectFacts(NamedTuple):
    """The project of the repository, its wiki, its designs or its snippet."""

    id: int
    full_path: str
    visibility_level: int
    archived: bool
    repository_read_only: bool
    storage: str
    disk_path: str
    repository_exists: bool | None
    wiki_repository_exists: bool | None
    default_branch: str | None
    repository_access_level: int
    wiki_access_level: int
    snippets_access_level: int
    repository_size_limit: int | None
    repository_size: int
    """Repository and LFS objects, as last measured; bytes."""
    lfs_enabled: bool | None
    """The project's own switch, which goes before those of its namespaces."""


class SnippetFacts(NamedTuple):
    """The snippet of the repository."""

    id: int
    author_id: int
    visibility_level: int
    storage: str
    repository_read_only: bool
    repository_exists: bool | None
    default_branch: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that one decision needs to know."""

    type: RepositoryType
    token: TokenFacts | None = None
    key: KeyFacts | None = None
    user: UserFacts | None = None
    namespace: NamespaceFacts | None = None
    project: ProjectFacts | None = None
    snippet: SnippetFacts | None = None
    container_id: int | None = None
    """The project, group or snippet; none when nothing was found."""
    by_alias: bool = False
    level: int = AccessLevel.NONE
    """The effective level of ``user`` in the project, or in the group of a group wiki."""
    can_push: bool | None = None
    """Of the deploy key in the project; none when the key is not attached."""
    features: dict[str, bool] = field(default_factory=dict)
    """The stored flags for Gitaly, evaluated for the project."""
    maintenance: str | None = None
    """What users are told during maintenance, possibly nothing; ``None`` when there is none."""

    @property
    def checked_user(self) -> UserFacts | None:
        """The user whose rights count: a deploy key has none, its creator only signs for it."""
        return None if self.key and self.key.deploy else self.user

    @property
    def deploy_key(self) -> KeyFacts | None:
        """The key, when it is a deploy key."""
        return self.key if self.key and self.key.deploy else None

    @property
    def checked_level(self) -> int:
        """The effective level of the user whose rights count."""
        return self.level if self.checked_user else AccessLevel.NONE

    @property
    def full_path(self) -> str | None:
        """The container's path with the suffix of its type."""
        match self.type:
            case RepositoryType.SNIPPET if self.snippet:
                prefix = f"{self.project.full_path}/" if self.project else ""
                return f"{prefix}snippets/{self.snippet.id}"
            case RepositoryType.GROUP_WIKI if self.namespace and self.container_id:
                return f"{self.namespace.full_path}.wiki"
            case RepositoryType.PROJECT if self.project:
                return self.project.full_path
            case RepositoryType.PROJECT_WIKI if self.project:
                return f"{self.project.full_path}.wiki"
            case RepositoryType.DESIGN if self.project:
                return f"{self.project.full_path}.design"
        return None
