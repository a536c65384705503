"""The menu of the site: every page by the name that its link, its title and the search know it by."""

from functools import cache

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
        ("Refusals", "block", "git_access.denial"),
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


@cache
def _by_model() -> dict[str, tuple[str, str]]:
    return {model: (group, title) for group, links in LINKS.items() for title, _, model in links}


def place(model: str) -> tuple[str, str] | None:
    """Return the group and the title of a model's page, named ``app.model``; ``None`` where it has none."""
    return _by_model().get(model)
