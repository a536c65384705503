"""Agents for operators: who they are, what they have reported, how much they are used."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from apps.agent import usage
from apps.agent.models import (
    SILENCE,
    Agent,
    AgentAuthorization,
    AgentToken,
    Alert,
    Environment,
    Finding,
    UniqueUsage,
    UsageCounter,
    UserAccessAuthorization,
    Vulnerability,
)
from apps.core.admin_site import audit, charts
from apps.core.admin_site.lists import RelatedFilter
from apps.core.admin_site.pages import ModelAdmin, ReadOnly, StackedInline, TabularInline
from apps.core.counting import counted

CHART_DAYS = 30


class ContactFilter(admin.SimpleListFilter):
    """By the last contact, which is exact to 40 minutes."""

    title = "last contact"
    parameter_name = "contact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Name the choice."""
        return [("lost", f"Not seen for {SILENCE.days} day or never")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Apply the choice."""
        return queryset.silent_since(timezone.now() - SILENCE) if self.value() else queryset  # type: ignore[attr-defined]  # agents


class AgentTokenInline(ReadOnly, TabularInline[AgentToken, Agent]):
    """The agent's tokens; a new one is issued where its text can be shown."""

    model = AgentToken
    fields = ("name", "description", "last_used_at", "revoked", "created_at")
    readonly_fields = fields
    ordering = ("-id",)


class AgentAuthorizationInline(ReadOnly, TabularInline[AgentAuthorization, Agent]):
    """Whose CI jobs may use the cluster, as the agent's configuration says."""

    model = AgentAuthorization
    fields = ("project", "group", "configuration")
    ordering = ("id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[AgentAuthorization]:
        """Load the paths in the same query."""
        return super().get_queryset(request).select_related("project__route", "group__route")


class UserAccessInline(ReadOnly, TabularInline[UserAccessAuthorization, Agent]):
    """Whose members may use the cluster through kas, as the agent's configuration says."""

    model = UserAccessAuthorization
    fields = ("project", "group", "configuration")
    ordering = ("id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[UserAccessAuthorization]:
        """Load the paths in the same query."""
        return super().get_queryset(request).select_related("project__route", "group__route")


@admin.register(Agent)
class AgentAdmin(ModelAdmin[Agent]):
    """Agents with their last contact, which is exact to 40 minutes."""

    list_display = ("name", "project", "created_by", "last_contact", "has_vulnerabilities", "created_at")
    list_filter = (ContactFilter, "has_vulnerabilities", ("project", RelatedFilter))
    list_select_related = ("project__route", "created_by")
    search_fields = ("name__startswith", "project__route__path__lower")
    autocomplete_fields = ("project", "created_by")
    ordering = ("-id",)
    inlines = (AgentTokenInline, AgentAuthorizationInline, UserAccessInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agent]:
        """Add the last contact."""
        return Agent.objects.with_last_contact()

    def fixed_fields(self, request: HttpRequest, obj: Agent | None = None) -> tuple[str, ...]:
        """Keep an agent in its project: the identity of its findings depends on it."""
        return ("project", "last_contact", "has_vulnerabilities", "created_at") if obj else ()

    @admin.display(ordering="last_contact_at")
    def last_contact(self, agent: Agent) -> datetime | None:
        """When one of its tokens was last used."""
        contact: datetime | None = getattr(agent, "last_contact_at", None)
        return contact


@admin.register(AgentToken)
class AgentTokenAdmin(ModelAdmin[AgentToken]):
    """Tokens without their digests."""

    list_display = ("name", "agent", "created_by", "last_used_at", "revoked", "created_at")
    list_filter = ("revoked",)
    list_select_related = ("agent__project__route", "created_by")
    search_fields = ("agent__name__exact", "agent__project__route__path__lower")
    ordering = ("-id",)
    fields = ("agent", "name", "description", "created_by", "last_used_at", "revoked", "created_at")
    readonly_fields = fields
    actions = ("revoke",)
    row_actions = {"revoke": "Revoke"}

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody would see the text of a token made here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AgentToken | None = None) -> bool:
        """A revoked token stays as a record."""
        return False

    @admin.action(description="Revoke the selected tokens", permissions=["change"])
    def revoke(self, request: HttpRequest, tokens: QuerySet[AgentToken]) -> None:
        """End tokens for good."""
        with audit.of_each(tokens):
            revoked = AgentToken.objects.filter(pk__in=tokens).revoke(at=timezone.now())
        self.message_user(request, f"{counted(revoked, 'token is', 'tokens are')} revoked.", messages.SUCCESS)


@admin.register(Environment)
class EnvironmentAdmin(ModelAdmin[Environment]):
    """The environments that alerts may name."""

    list_display = ("name", "project")
    list_filter = (("project", RelatedFilter),)
    list_select_related = ("project__route",)
    search_fields = ("project__route__path__lower", "pk")
    autocomplete_fields = ("project",)
    ordering = ("-id",)


@admin.register(Alert)
class AlertAdmin(ModelAdmin[Alert]):
    """Alerts; what they say is the cluster's, what was done about them is the operator's."""

    list_display = ("iid", "title", "project", "severity", "status", "events", "started_at")
    list_display_links = ("iid", "title")
    list_filter = ("status", "severity", "domain", ("project", RelatedFilter))
    list_select_related = ("project__route",)
    search_fields = ("fingerprint__exact", "project__route__path__lower", "pk")
    ordering = ("-id",)
    readonly_fields = tuple(field.name for field in Alert._meta.fields)  # kept as it came
    actions = ("acknowledge", "resolve")
    row_actions = {"acknowledge": "Acknowledge", "resolve": "Resolve"}

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only clusters raise alerts."""
        return False

    @admin.action(description="Acknowledge the selected alerts", permissions=["change"])
    def acknowledge(self, request: HttpRequest, alerts: QuerySet[Alert]) -> None:
        """Note that somebody is at it."""
        with audit.of_each(alerts):
            changed = Alert.objects.filter(pk__in=alerts).acknowledge()
        self.message_user(
            request, f"{counted(changed, 'alert is', 'alerts are')} acknowledged.", messages.SUCCESS
        )

    @admin.action(description="Resolve the selected alerts", permissions=["change"])
    def resolve(self, request: HttpRequest, alerts: QuerySet[Alert]) -> None:
        """End alerts: the same again will be a new one."""
        with audit.of_each(alerts):
            changed = Alert.objects.filter(pk__in=alerts).resolve(at=timezone.now())
        self.message_user(
            request, f"{counted(changed, 'alert is', 'alerts are')} resolved.", messages.SUCCESS
        )


class FindingInline(ReadOnly, StackedInline[Finding, Vulnerability]):
    """The report behind a vulnerability."""

    model = Finding
    fields = (
        "uuid", "agent", "scanner", "primary_identifier", "identifiers", "location", "message",
        "solution", "links", "raw",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Finding]:
        """Load what is shown by name in the same query."""
        named = ("agent__project__route", "scanner", "primary_identifier")
        return super().get_queryset(request).select_related(*named)


@admin.register(Vulnerability)
class VulnerabilityAdmin(ReadOnly, ModelAdmin[Vulnerability]):
    """What scanners in the clusters have found."""

    list_display = ("title", "project", "severity", "state", "confidence", "agent", "created_at")
    list_filter = ("severity", "state", ("project", RelatedFilter), ("finding__agent", RelatedFilter))
    list_select_related = ("project__route", "finding__agent")
    search_fields = ("finding__uuid", "project__route__path__lower", "pk")
    inlines = (FindingInline,)
    ordering = ("-id",)

    @admin.display(ordering="finding__agent__name", empty_value="-")
    def agent(self, vulnerability: Vulnerability) -> str | None:
        """The name of the agent that has reported it."""
        agent = vulnerability.finding.agent
        return agent.name if agent else None


@admin.register(UsageCounter)
class UsageCounterAdmin(ReadOnly, ModelAdmin[UsageCounter]):
    """The totals, and how they grew in the last days."""

    list_before_template = "admin/agent/usage_charts.html"
    list_display = ("name", "value")
    search_fields = ("name__icontains",)
    ordering = ("name",)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Draw a chart of each counter above the list."""
        first = timezone.now().date() - timedelta(days=CHART_DAYS - 1)
        grown = usage.history(first=first, days=CHART_DAYS)
        days = [f"{first + timedelta(days=number):%Y-%m-%d}" for number in range(CHART_DAYS)]
        drawn = [
            charts.history(name, zip(days, values, strict=True), unit="day") for name, values in grown.items()
        ]
        return super().changelist_view(request, {**(extra_context or {}), "charts": drawn})


@admin.register(UniqueUsage)
class UniqueUsageAdmin(ReadOnly, ModelAdmin[UniqueUsage]):
    """The ids that were counted once a month."""

    list_display = ("name", "month", "counted_id")
    search_fields = ("name__exact", "counted_id__exact")
    ordering = ("-id",)
