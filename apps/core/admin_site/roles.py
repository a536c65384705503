"""Four roles for operators who are no administrators: what each may see and do on the site.

One declaration, ``DUTIES``: the permissions of the roles, the fields that each may write, and the table in
docs/admin.md are made from it. The roles are groups of Django's permissions, made anew after every migration,
so that a new model has its place at once. Roles that an instance adds itself are left alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from django.apps import AppConfig
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

AUDITOR, SUPPORT, BILLING, OWNER = "auditor", "support", "billing", "owner"
ROLES = (AUDITOR, SUPPORT, BILLING, OWNER)
ADMINISTRATOR = "administrator"  # no role: the switch of a user, for which every permission holds
# What Django and its libraries keep for themselves; no operator works with it.
INTERNAL = ("admin", "axes", "contenttypes", "sessions", "shared_store")
LIST = "directory.export_lists"

Permissions = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that operators do, who does it, and what it takes.

    ``permissions`` are named ``app.verb_model``; ``*`` stands for any text. ``fields`` are what it opens in
    the form of a model, named ``app.model``; an action of a list that asks for "change" opens none.
    """

    title: str
    permissions: Permissions
    roles: frozenset[str]
    fields: Mapping[str, Permissions] = field(default_factory=dict)

    def holds(self, permission: str) -> bool:
        """Whether it takes this permission."""
        return any(fnmatchcase(permission, pattern) for pattern in self.permissions)


def _see(*models: str) -> Permissions:
    return tuple(model.replace(".", ".view_") for model in models)


def _duty(title: str, permissions: Permissions, *roles: str, **fields: Permissions) -> Duty:
    by_model = {name.replace("__", "."): names for name, names in fields.items()}
    return Duty(title, permissions, frozenset({*roles, OWNER}), by_model)


EXPLAINING = _see("ssh_keys.key")
PEOPLE = _see(
    "directory.user", "directory.email", "directory.personalaccesstoken", "directory.namespace",
    "directory.project", "directory.member", "directory.redirectroute", "directory.termsacceptance",
    "ssh_keys.key", "ssh_keys.deploykeygrant", "ssh_keys.otpsecret", "ssh_keys.secondfactordevice",
    "ssh_keys.sshcertificateauthority",
)  # fmt: skip
WORK = _see(
    "git_access.pushrecord", "git_access.denial", "git_access.pushevent", "git_access.gitauditevent",
    "git_access.protectedbranch", "git_access.protectedtag", "git_access.protectedbranchaccess",
    "git_access.protectedtagaccess", "git_access.pushrule", "git_access.pathlock",
    "git_access.lfsfilelock", "agent.agent",
    "agent.agenttoken", "django_tasks_database.dbtaskresult",
)  # fmt: skip

# In the order of the table in docs/admin.md, which is made from them. No role does more than its duties.
DUTIES = (
    _duty("see every list", ("*.view_*",), AUDITOR),
    _duty("see users, keys, tokens, groups, projects and members", PEOPLE, AUDITOR, SUPPORT),
    _duty("see pushes, refusals, protection, locks, agents and jobs", WORK, AUDITOR, SUPPORT),
    _duty("see billing, users and groups", ("billing.view_*", *_see("directory.namespace", "directory.user")),
          AUDITOR, BILLING),
    _duty("explain access", EXPLAINING, AUDITOR, SUPPORT),
    _duty("block a user who is no operator, and let one in again", ("directory.change_user",), SUPPORT,
          directory__user=("state",)),
    _duty("let a key expire now, or delete it", ("ssh_keys.change_key", "ssh_keys.delete_key"), SUPPORT,
          ssh_keys__key=()),
    _duty("revoke an access token or an agent's",
          ("directory.change_personalaccesstoken", "agent.change_agenttoken"), SUPPORT,
          directory__personalaccesstoken=(), agent__agenttoken=()),
    _duty("turn one-time passwords off, or remove a device",
          ("ssh_keys.change_otpsecret", "ssh_keys.delete_secondfactordevice"), SUPPORT,
          ssh_keys__otpsecret=()),
    _duty("unlock a path or a file",
          ("git_access.delete_pathlock", "git_access.delete_lfsfilelock"), SUPPORT),
    _duty("change anything else of a user, a key, a group, a project or a rule",
          ("directory.*", "ssh_keys.*", "git_access.*", "agent.*")),
    _duty("change subscriptions, plans and limits", ("billing.*",), BILLING),
    _duty("retry and discard jobs", ("django_tasks_database.*",)),
    _duty("take lists along as CSV", (LIST,), AUDITOR, BILLING),
    _duty("read the audit log", _see("auditlog.logentry"), AUDITOR),
    _duty("make somebody an operator", ("auth.*",)),
)  # fmt: skip


def permissions_of(role: str, known: Iterable[str]) -> set[str]:
    """Return which of the permissions, named as ``app.verb_model``, a role has."""
    duties = [duty for duty in DUTIES if role in duty.roles]
    return {
        name
        for name in known
        if name.partition(".")[0] not in INTERNAL and any(duty.holds(name) for duty in duties)
    }


def open_fields(user: Any, model: str) -> frozenset[str] | None:
    """Return the fields of a model's form, ``app.model``, that this operator may write; ``None``: all.

    A role whose duties name fields opens these and no others. An administrator, and whoever may change the
    model by a group that is none of our roles or by a permission of the own, is not restrained.
    """
    app, _, name = model.partition(".")
    if user.admin:
        return None
    change = Q(content_type__app_label=app, codename=f"change_{name}")
    if user.user_permissions.filter(change).exists():
        return None
    groups = Permission.objects.filter(change, group__user=user).values_list("group__name", flat=True)
    opened: set[str] = set()
    for group in groups:
        fields = _fields_of(group, model)
        if fields is None:
            return None
        opened |= fields
    return frozenset(opened)


def _fields_of(role: str, model: str) -> set[str] | None:
    """Return the fields that a role opens; ``None`` where it opens all."""
    if role not in ROLES or role == OWNER:
        return None
    named = [duty.fields[model] for duty in DUTIES if role in duty.roles and model in duty.fields]
    return {name for names in named for name in names} if named else None


def table() -> list[list[str]]:
    """Return who does what, as docs/admin.md shows it: a head, and a row for each duty."""
    head = ["", *ROLES, ADMINISTRATOR]
    rows = [
        [duty.title, *("yes" if role in duty.roles else "no" for role in ROLES), "yes"] for duty in DUTIES
    ]
    return [head, *rows, ["change the audit log", *("no" for _ in head[1:])]]


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
