"""The models of Git access, one module per topic."""

from apps.git_access.models.audit import GitAuditEvent, Verb
from apps.git_access.models.instance import BroadcastKind, BroadcastMessage, IpRestriction
from apps.git_access.models.protected_refs import (
    BranchRight,
    ProtectedBranch,
    ProtectedBranchAccess,
    ProtectedTag,
    ProtectedTagAccess,
)
from apps.git_access.models.pushes import EventKind, PushEvent, PushRecord

__all__ = [
    "BranchRight",
    "BroadcastKind",
    "BroadcastMessage",
    "EventKind",
    "GitAuditEvent",
    "IpRestriction",
    "ProtectedBranch",
    "ProtectedBranchAccess",
    "ProtectedTag",
    "ProtectedTagAccess",
    "PushEvent",
    "PushRecord",
    "Verb",
]
