"""The models of the directory, one module per topic."""

from apps.directory.models.emails import Email
from apps.directory.models.levels import (
    AccessLevel,
    BranchProtection,
    FeatureLevel,
    ProjectCreation,
    Visibility,
)
from apps.directory.models.members import GroupGroupLink, Member, MemberState, ProjectGroupLink
from apps.directory.models.namespaces import Namespace, NamespaceKind, RedirectRoute, Route
from apps.directory.models.projects import (
    FeatureFlag,
    Project,
    ProjectAlias,
    ProjectStatistics,
    Snippet,
)
from apps.directory.models.users import (
    BOT_TYPES,
    PersonalAccessToken,
    Terms,
    TermsAcceptance,
    User,
    UserState,
    UserType,
)

__all__ = [
    "BOT_TYPES",
    "AccessLevel",
    "BranchProtection",
    "Email",
    "FeatureFlag",
    "FeatureLevel",
    "GroupGroupLink",
    "Member",
    "MemberState",
    "Namespace",
    "NamespaceKind",
    "PersonalAccessToken",
    "Project",
    "ProjectAlias",
    "ProjectCreation",
    "ProjectGroupLink",
    "ProjectStatistics",
    "RedirectRoute",
    "Route",
    "Snippet",
    "Terms",
    "TermsAcceptance",
    "User",
    "UserState",
    "UserType",
    "Visibility",
]
