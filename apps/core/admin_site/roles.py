"""Four roles for operators who are no administrators: what each may see and do on the site.

They are groups of Django's permissions, made anew after every migration, so that a new model has its place
at once. Roles that an instance adds itself are left alone.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.apps import AppConfig
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType

AUDITOR, SUPPORT, BILLING, OWNER = "auditor", "support", "billing", "owner"
EXPORT = "directory.export_lists"
# What Django itself keeps; no operator works with it.
INTERNAL = ("admin", "contenttypes", "sessions", "shared_store")

# What support looks at beside the rows that it changes.
SUPPORT_SEES = (
    "directory.user", "directory.email", "directory.personalaccesstoken", "directory.namespace",
    "directory.project", "directory.member", "directory.redirectroute", "directory.termsacceptance",
    "ssh_keys.key", "ssh_keys.deploykeygrant", "ssh_keys.otpsecret", "ssh_keys.secondfactordevice",
    "ssh_keys.sshcertificateauthority", "git_access.pushrecord", "git_access.pushevent",
    "git_access.gitauditevent", "git_access.protectedbranch", "git_access.protectedtag",
    "git_access.protectedbranchaccess", "git_access.protectedtagaccess", "git_access.pushrule",
    "git_access.pathlock", "git_access.lfsfilelock", "agent.agent", "agent.agenttoken",
    "django_tasks_database.dbtaskresult",
)  # fmt: skip
# Blocking a user, ending a key, a token or a factor; adding one would be acting for somebody else.
SUPPORT_CHANGES = (
    "directory.user", "directory.personalaccesstoken", "ssh_keys.key", "ssh_keys.otpsecret",
    "agent.agenttoken",
)  # fmt: skip
SUPPORT_REMOVES = (
    "ssh_keys.key",
    "ssh_keys.secondfactordevice",
    "git_access.pathlock",
    "git_access.lfsfilelock",
)
BILLING_SEES = ("directory.namespace", "directory.user")


def _auditor(permission: str) -> bool:
    return permission == EXPORT or _verb(permission) == "view"


def _support(permission: str) -> bool:
    app, _, codename = permission.partition(".")
    verb, _, model = codename.partition("_")
    rows = {"view": SUPPORT_SEES, "change": SUPPORT_CHANGES, "delete": SUPPORT_REMOVES}
    return f"{app}.{model}" in rows.get(verb, ())


def _billing(permission: str) -> bool:
    seen = permission in {f"{name.replace('.', '.view_')}" for name in BILLING_SEES}
    return permission == EXPORT or seen or permission.startswith("billing.")


def _owner(permission: str) -> bool:
    # The audit log is nobody's to change.
    return not permission.startswith("auditlog.") or _verb(permission) == "view"


ROLES: dict[str, Callable[[str], bool]] = {
    AUDITOR: _auditor,
    SUPPORT: _support,
    BILLING: _billing,
    OWNER: _owner,
}


def _verb(permission: str) -> str:
    return permission.partition(".")[2].partition("_")[0]


def permissions_of(role: str, known: Iterable[str]) -> set[str]:
    """Return which of the permissions, named as ``app.verb_model``, a role has."""
    return {name for name in known if ROLES[role](name) and name.partition(".")[0] not in INTERNAL}


def make(sender: AppConfig, **named: Any) -> None:
    """Give every role exactly its permissions; Django calls it after each migration of the last app."""
    users = ContentType.objects.filter(app_label="directory", model="user").first()
    if users is None:
        return
    Permission.objects.get_or_create(
        content_type=users, codename="export_lists", defaults={"name": "Can export lists as CSV"}
    )
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    for role in ROLES:
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.set(known[name] for name in permissions_of(role, known))
