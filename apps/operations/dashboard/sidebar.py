"""The sidebar: every page that its reader may see, and what waits there."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from apps.operations.dashboard import badges

LINKS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "Keys": (
        ("SSH keys", "key", "ssh_keys.key"),
        ("Certificate authorities", "verified", "ssh_keys.sshcertificateauthority"),
        ("Access tokens", "token", "directory.personalaccesstoken"),
        ("One-time passwords", "password", "ssh_keys.otpsecret"),
        ("Second factor devices", "security_key", "ssh_keys.secondfactordevice"),
    ),
    "Directory": (
        ("Users", "person", "directory.user"),
        ("Email addresses", "mail", "directory.email"),
        ("Groups and namespaces", "folder", "directory.namespace"),
        ("Projects", "inventory_2", "directory.project"),
        ("Members", "group", "directory.member"),
        ("Groups shared with groups", "share", "directory.groupgrouplink"),
        ("Projects shared with groups", "folder_shared", "directory.projectgrouplink"),
        ("Project aliases", "alternate_email", "directory.projectalias"),
        ("Former paths", "history", "directory.redirectroute"),
        ("Snippets", "code", "directory.snippet"),
        ("Terms of service", "gavel", "directory.terms"),
        ("Acceptances of terms", "task_alt", "directory.termsacceptance"),
        ("Feature flags", "flag", "directory.featureflag"),
    ),
    "Git access": (
        ("Pushes", "upload", "git_access.pushrecord"),
        ("Git audit events", "receipt_long", "git_access.gitauditevent"),
        ("Protected branches", "shield", "git_access.protectedbranch"),
        ("Protected tags", "shield_locked", "git_access.protectedtag"),
        ("Push rules", "rule", "git_access.pushrule"),
        ("IP restrictions", "lan", "git_access.iprestriction"),
        ("Broadcast messages", "campaign", "git_access.broadcastmessage"),
        ("Path locks", "lock", "git_access.pathlock"),
        ("LFS file locks", "lock_person", "git_access.lfsfilelock"),
        ("LFS objects", "database", "git_access.lfsobject"),
        ("Webhooks", "webhook", "git_access.webhook"),
        ("Webhook deliveries", "outbox", "git_access.webhookdelivery"),
    ),
    "Kubernetes agents": (
        ("Agents", "smart_toy", "agent.agent"),
        ("Agent tokens", "token", "agent.agenttoken"),
        ("Environments", "dns", "agent.environment"),
        ("Alerts", "warning", "agent.alert"),
        ("Vulnerabilities", "bug_report", "agent.vulnerability"),
        ("Usage", "monitoring", "agent.usagecounter"),
        ("Unique usage", "fingerprint", "agent.uniqueusage"),
    ),
    "Billing": (
        ("Subscriptions", "card_membership", "billing.subscription"),
        ("Subscription history", "history_edu", "billing.subscriptionhistory"),
        ("CI minutes packs", "timer", "billing.minutespack"),
        ("Upcoming reconciliations", "event", "billing.upcomingreconciliation"),
        ("Namespace limits", "speed", "billing.namespacelimits"),
        ("Plans", "sell", "billing.plan"),
    ),
    "Operations": (
        ("Jobs", "engineering", "django_tasks_database.dbtaskresult"),
        ("Audit log", "policy", "auditlog.logentry"),
        ("Roles", "admin_panel_settings", "auth.group"),
    ),
}
# Pages that are no list, with the model whose reader may see them.
FIRST = (("Explain access", "help_center", "ssh_keys.key", "git_access_explain"),)
FIGURES = ("Figures", "bar_chart", "billing.subscription", "billing_dashboard")


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return unfold's groups of links; a group without a link of the reader's is left out."""
    dashboard = {"title": "Dashboard", "icon": "dashboard", "link": reverse("admin:index")}
    groups: list[dict[str, Any]] = [{"items": [dashboard, *_pages(request, *FIRST)]}]
    for title, links in LINKS.items():
        lists = [(*link, f"{link[2].replace('.', '_')}_changelist") for link in links]
        items = _pages(request, *((FIGURES, *lists) if title == "Billing" else lists))
        if items:
            groups.append({"title": title, "collapsible": True, "items": items})
    return groups


def _is_shown(request: HttpRequest, url: str) -> bool:
    """A list's link leads to its rows as well, but not to the pages that have links of their own."""
    special = [reverse(f"admin:{page[3]}") for page in (*FIRST, FIGURES)]
    link = reverse(f"admin:{url}")
    return request.path == link or (request.path.startswith(link) and request.path not in special)


def _pages(request: HttpRequest, *pages: tuple[str, str, str, str]) -> list[dict[str, Any]]:
    return [
        {
            "title": title,
            "icon": icon,
            "link": reverse(f"admin:{url}"),
            "active": _is_shown(request, url),
            **badges.of(url),
        }
        for title, icon, model, url in pages
        if request.user.has_perm(f"{model.split('.')[0]}.view_{model.split('.')[1]}")
    ]
