"""What travels, in an order in which everything comes after what it names."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Field, Model

from apps.directory.models import (
    Email,
    GroupGroupLink,
    Member,
    Namespace,
    Project,
    ProjectAlias,
    ProjectGroupLink,
    RedirectRoute,
    User,
)
from apps.git_access.models import (
    ProtectedBranch,
    ProtectedBranchAccess,
    ProtectedTag,
    ProtectedTagAccess,
    PushRule,
)
from apps.ssh_keys.models import DeployKeyGrant, Key, SshCertificateAuthority

Identity = tuple[Any, ...]
# Names, paths and addresses are the same in any letter case; these are not.
_EXACT = frozenset({"fingerprint", "key", "deploy_key", "branch", "tag", "name", "right", "scope"})
PASSWORD = "password"  # noqa: S105 -- the name of a field


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key, written as what its row is known by."""

    field: str
    to: str
    names: tuple[str, ...]
    lookups: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Rows of one model. A record has ``names``; those in ``key`` are what a row is known by."""

    name: str
    model: type[Model]
    key: tuple[str, ...]
    plain: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    derived: tuple[tuple[str, str], ...] = ()
    """Names that are no field of the model, with the lookups that they are read by."""
    later: tuple[str, ...] = ()
    """Plain names that files of older versions lack; the model's default stands for them."""
    frozen: tuple[str, ...] = ()
    """Fields that an import changes in no row that is there."""
    order: tuple[str, ...] = ("pk",)

    @property
    def lookups(self) -> dict[str, str]:
        """Where the value of each name is read, in the order of a record."""
        found = dict(self.derived)
        for reference in self.references:
            found |= dict(zip(reference.names, reference.lookups, strict=True))
        found |= {name: name for name in self.plain}
        return {name: found[name] for name in dict.fromkeys((*self.key, *found))}

    def field(self, name: str) -> "Field[Any, Any]":
        """Return the field of the model that a plain name is."""
        return self.model._meta.get_field(name)  # type: ignore[return-value]  # plain names are no relations

    def identity(self, values: dict[str, Any]) -> Identity:
        """Return what a row with these values is known by."""
        return identity((name, values[name]) for name in self.key)


def identity(pairs: Iterable[tuple[str, Any]]) -> Identity:
    """Return values by which rows are compared."""
    return tuple(
        value.lower() if isinstance(value, str) and name not in _EXACT else value for name, value in pairs
    )


def _user(field: str = "user") -> Reference:
    return Reference(field, "user", (field,), (f"{field}__username",))


def _namespace(field: str) -> Reference:
    return Reference(field, "namespace", (field,), (f"{field}__route__path",))


def _project() -> Reference:
    return Reference("project", "project", ("project",), ("project__route__path",))


def _key(field: str = "key") -> Reference:
    return Reference(field, "key", (field,), (f"{field}__fingerprint_sha256",))


def _rule(kind: str, name: str) -> Reference:
    return Reference("rule", kind, ("project", name), ("rule__project__route__path", "rule__name"))


_PATH = (("path", "route__path"),)
_FINGERPRINT = (("fingerprint", "fingerprint_sha256"),)
_WHO = (_user(), _namespace("group"), _key("deploy_key"))

KINDS = (
    Kind(
        name="user",
        model=User,
        key=("username",),
        plain=(
            "username", "name", "email", "confirmed_at", "state", "user_type", "admin", "external",
            "password_expires_at", "password_automatically_set", "projects_limit", "last_activity_on",
            "otp_required_for_login", "created_at",
        ),
    ),
    Kind(name="email", model=Email, key=("email",), plain=("email", "confirmed_at"), references=(_user(),)),
    Kind(
        name="namespace",
        model=Namespace,
        key=("path",),
        derived=_PATH,
        plain=(
            "kind", "name", "visibility_level", "archived", "share_with_group_lock", "lfs_enabled",
            "project_creation_level", "default_branch_protection", "repository_size_limit",
            "enabled_git_access_protocol", "enforce_ssh_certificates", "wiki_access_level",
            "wiki_repository_exists", "repository_read_only", "created_at",
        ),
        references=(_user("owner"),),
        frozen=("kind", "owner_id"),
        order=("depth", "pk"),
    ),
    Kind(
        name="project",
        model=Project,
        key=("path",),
        derived=_PATH,
        plain=(
            "name", "visibility_level", "archived", "pending_delete", "repository_read_only", "storage",
            "disk_path", "object_format", "repository_exists", "wiki_repository_exists", "default_branch",
            "lfs_enabled", "printing_merge_request_link_enabled", "repository_size_limit",
            "repository_access_level", "wiki_access_level", "snippets_access_level",
            "merge_requests_access_level",
            "last_repository_updated_at", "created_at",
        ),
        later=("object_format",),
        references=(_user("creator"),),
    ),
    Kind(
        name="redirect",
        model=RedirectRoute,
        key=("path",),
        plain=("path",),
        references=(_namespace("namespace"), _project()),
    ),
    Kind(name="project_alias", model=ProjectAlias, key=("name",), plain=("name",), references=(_project(),)),
    Kind(
        name="member",
        model=Member,
        key=("user", "invite_email", "group", "project"),
        plain=("invite_email", "access_level", "expires_at", "requested_at", "state", "created_at"),
        references=(_user(), _namespace("group"), _project()),
    ),
    Kind(
        name="group_share",
        model=GroupGroupLink,
        key=("shared_group", "shared_with_group"),
        plain=("group_access", "expires_at"),
        references=(_namespace("shared_group"), _namespace("shared_with_group")),
    ),
    Kind(
        name="project_share",
        model=ProjectGroupLink,
        key=("project", "group"),
        plain=("group_access", "expires_at"),
        references=(_project(), _namespace("group")),
    ),
    Kind(
        name="key",
        model=Key,
        key=("fingerprint",),
        derived=_FINGERPRINT,
        plain=("kind", "title", "key", "usage_type", "created_at", "expires_at", "last_used_at"),
        references=(_user(),),
        frozen=("kind", "user_id"),
    ),
    Kind(
        name="deploy_key_grant",
        model=DeployKeyGrant,
        key=("key", "project"),
        plain=("can_push",),
        references=(_key(), _project()),
    ),
    Kind(
        name="certificate_authority",
        model=SshCertificateAuthority,
        key=("fingerprint",),
        derived=_FINGERPRINT,
        plain=("title", "key", "created_at"),
        references=(_namespace("group"),),
        frozen=("group_id",),
    ),
    Kind(
        name="protected_branch",
        model=ProtectedBranch,
        key=("project", "branch"),
        derived=(("branch", "name"),),
        plain=("allow_force_push",),
        references=(_project(),),
    ),
    Kind(
        name="protected_branch_access",
        model=ProtectedBranchAccess,
        key=("project", "branch", "right", "access_level", "user", "group", "deploy_key"),
        plain=("right", "access_level"),
        references=(_rule("protected_branch", "branch"), *_WHO),
    ),
    Kind(
        name="protected_tag",
        model=ProtectedTag,
        key=("project", "tag"),
        derived=(("tag", "name"),),
        references=(_project(),),
    ),
    Kind(
        name="protected_tag_access",
        model=ProtectedTagAccess,
        key=("project", "tag", "access_level", "user", "group", "deploy_key"),
        plain=("access_level",),
        references=(_rule("protected_tag", "tag"), *_WHO),
    ),
    Kind(
        name="push_rule",
        model=PushRule,
        key=("scope", "group", "project"),
        plain=(
            "scope", "branch_name_regex", "commit_message_regex", "commit_message_negative_regex",
            "author_email_regex", "file_name_regex", "prevent_secrets", "max_file_size",
            "commit_committer_check", "commit_committer_name_check", "reject_non_dco_commits",
            "reject_unsigned_commits", "member_check", "deny_delete_tag",
        ),
        references=(_namespace("group"), _project()),
    ),
)  # fmt: skip
BY_NAME = {kind.name: kind for kind in KINDS}
