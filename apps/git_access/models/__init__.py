"""The models of Git access, one module per topic."""

from apps.git_access.models.audit import GitAuditEvent, GitVerb
from apps.git_access.models.denials import Denial, DenialCount
from apps.git_access.models.instance import BroadcastKind, BroadcastMessage, IpRestriction, Maintenance
from apps.git_access.models.lfs import LfsObject, LfsObjectLink
from apps.git_access.models.locks import LfsFileLock, PathLock
from apps.git_access.models.protected_refs import (
    BranchRight,
    ProtectedBranch,
    ProtectedBranchAccess,
    ProtectedTag,
    ProtectedTagAccess,
)
from apps.git_access.models.push_rules import PushRule, PushRuleScope
from apps.git_access.models.pushes import EventKind, PushEvent, PushRecord
from apps.git_access.models.storage_moves import StorageMove
from apps.git_access.models.webhooks import DeliveryState, Webhook, WebhookDelivery

__all__ = [
    "BranchRight",
    "BroadcastKind",
    "BroadcastMessage",
    "DeliveryState",
    "Denial",
    "DenialCount",
    "EventKind",
    "GitAuditEvent",
    "GitVerb",
    "IpRestriction",
    "LfsFileLock",
    "LfsObject",
    "LfsObjectLink",
    "Maintenance",
    "PathLock",
    "ProtectedBranch",
    "ProtectedBranchAccess",
    "ProtectedTag",
    "ProtectedTagAccess",
    "PushEvent",
    "PushRecord",
    "PushRule",
    "PushRuleScope",
    "StorageMove",
    "Webhook",
    "WebhookDelivery",
]
