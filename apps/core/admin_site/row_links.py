"""Where a row leads: to the rows of other lists that belong to it."""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse

# Model of the row -> title of the link, model of the list, and the query that finds the rows there.
LINKS: dict[str, tuple[tuple[str, str, dict[str, str]], ...]] = {
    "directory.user": (
        ("Keys", "ssh_keys.key", {"user__id__exact": "{row.pk}"}),
        ("Access tokens", "directory.personalaccesstoken", {"user__id__exact": "{row.pk}"}),
        ("Memberships", "directory.member", {"user__id__exact": "{row.pk}"}),
        ("E-mail addresses", "directory.email", {"user__id__exact": "{row.pk}"}),
        ("One-time passwords", "ssh_keys.otpsecret", {"user__id__exact": "{row.pk}"}),
        ("Devices", "ssh_keys.secondfactordevice", {"user__id__exact": "{row.pk}"}),
        ("Own namespace", "directory.namespace", {"owner__id__exact": "{row.pk}"}),
        ("Pushes", "git_access.pushrecord", {"user__id__exact": "{row.pk}"}),
        ("Refusals", "git_access.denial", {"user__id__exact": "{row.pk}"}),
        ("Git audit events", "git_access.gitauditevent", {"q": "{row.username}"}),
        ("Locks on paths", "git_access.pathlock", {"user__id__exact": "{row.pk}"}),
        ("What it has changed here", "auditlog.logentry", {"actor__id__exact": "{row.pk}"}),
    ),
    "directory.namespace": (
        ("Members", "directory.member", {"group__id__exact": "{row.pk}"}),
        ("Projects", "directory.project", {"namespace__id__exact": "{row.pk}"}),
        ("Subgroups", "directory.namespace", {"parent__id__exact": "{row.pk}"}),
        ("Shared with groups", "directory.groupgrouplink", {"shared_group__id__exact": "{row.pk}"}),
        ("Push rules", "git_access.pushrule", {"group__id__exact": "{row.pk}"}),
        ("IP restrictions", "git_access.iprestriction", {"group__id__exact": "{row.pk}"}),
        ("Certificate authorities", "ssh_keys.sshcertificateauthority", {"group__id__exact": "{row.pk}"}),
        ("Subscription", "billing.subscription", {"namespace__id__exact": "{row.pk}"}),
        ("CI minutes packs", "billing.minutespack", {"namespace__id__exact": "{row.pk}"}),
    ),
    "directory.project": (
        ("Namespace", "directory.namespace", {"q": "{row.namespace_id}"}),
        ("Members", "directory.member", {"project__id__exact": "{row.pk}"}),
        ("Shared with groups", "directory.projectgrouplink", {"project__id__exact": "{row.pk}"}),
        ("Pushes", "git_access.pushrecord", {"q": "project-{row.pk}"}),
        ("Refusals", "git_access.denial", {"project__id__exact": "{row.pk}"}),
        ("Protected branches", "git_access.protectedbranch", {"project__id__exact": "{row.pk}"}),
        ("Protected tags", "git_access.protectedtag", {"project__id__exact": "{row.pk}"}),
        ("Push rules", "git_access.pushrule", {"project__id__exact": "{row.pk}"}),
        ("Webhooks", "git_access.webhook", {"project__id__exact": "{row.pk}"}),
        ("Locks on paths", "git_access.pathlock", {"project__id__exact": "{row.pk}"}),
        ("LFS file locks", "git_access.lfsfilelock", {"project__id__exact": "{row.pk}"}),
        ("Agents", "agent.agent", {"project__id__exact": "{row.pk}"}),
        ("Alerts", "agent.alert", {"project__id__exact": "{row.pk}"}),
    ),
    "ssh_keys.key": (
        ("Owner", "directory.user", {"q": "{row.user_id}"}),
        ("Git audit events", "git_access.gitauditevent", {"key__id__exact": "{row.pk}"}),
        ("Pushes", "git_access.pushrecord", {"deploy_key__id__exact": "{row.pk}"}),
    ),
    "git_access.webhook": (
        ("Deliveries", "git_access.webhookdelivery", {"webhook__id__exact": "{row.pk}"}),
        ("Project", "directory.project", {"q": "{row.project_id}"}),
    ),
    "agent.agent": (
        ("Project", "directory.project", {"q": "{row.project_id}"}),
        ("Tokens", "agent.agenttoken", {"agent__id__exact": "{row.pk}"}),
        ("Vulnerabilities", "agent.vulnerability", {"finding__agent__id__exact": "{row.pk}"}),
    ),
}


def of(row: Model, request: HttpRequest) -> list[dict[str, str]]:
    """Return the links of a row whose lists its reader may see."""
    return [
        {"title": title, "url": _list(model, {name: text.format(row=row) for name, text in query.items()})}
        for title, model, query in LINKS.get(row._meta.label_lower, ())
        if _may_see(request.user, model)
    ]


def _may_see(user: Any, model: str) -> bool:
    return bool(user.has_perm(model.replace(".", ".view_")))


def _list(model: str, query: dict[str, str]) -> str:
    return reverse(f"admin:{model.replace('.', '_')}_changelist", query=query)
