"""Agents for operators: who they are, what they have reported, how much they are used."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from apps.agent import usage
from apps.agent.admin_lists import AgentFilter, ProjectFilter
from apps.agent.charts import chart
from apps.agent.models import (
    Agent,
    AgentAuthorization,
    AgentToken,
    Alert,
    Environment,
    Finding,
    UniqueUsage,
    UsageCounter,
    Vulnerability,
)
from gitlab_internal.admin_pages import ReadOnly

CHART_DAYS = 30


class AgentTokenInline(ReadOnly, admin.TabularInline[AgentToken, Agent]):
    """The agent's tokens; a new one is issued where its text can be shown."""

    model = AgentToken
    fields = ("name", "description", "last_used_at", "revoked", "created_at")
    readonly_fields = fields
    ordering = ("-id",)


class AgentAuthorizationInline(ReadOnly, admin.TabularInline[AgentAuthorization, Agent]):
    """Whose CI jobs may use the cluster, as the agent's configuration says."""

    model = AgentAuthorization
    fields = ("project", "group", "configuration")
    ordering = ("id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[AgentAuthorization]:
        """Load the paths in the same query."""
        return super().get_queryset(request).select_related("project__route", "group__route")


@admin.register(Agent)
class AgentAdmin(admin.ModelAdmin[Agent]):
    """Agents with their last contact, which is exact to 40 minutes."""

    list_display = ("name", "project", "created_by", "last_contact", "has_vulnerabilities", "created_at")
    list_filter = ("has_vulnerabilities", ProjectFilter)
    list_select_related = ("project__route", "created_by")
    search_fields = ("name", "project__route__path")
    raw_id_fields = ("project", "created_by")
    ordering = ("-id",)
    inlines = (AgentTokenInline, AgentAuthorizationInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agent]:
        """Add the last contact."""
        return Agent.objects.with_last_contact()

    def get_readonly_fields(self, request: HttpRequest, obj: Agent | None = None) -> tuple[str, ...]:
        """Keep an agent in its project: the identity of its findings depends on it."""
        return ("project", "has_vulnerabilities", "created_at") if obj else ()

    @admin.display(ordering="last_contact_at")
    def last_contact(self, agent: Agent) -> datetime | None:
        """When one of its tokens was last used."""
        contact: datetime | None = getattr(agent, "last_contact_at", None)
        return contact


@admin.register(AgentToken)
class AgentTokenAdmin(admin.ModelAdmin[AgentToken]):
    """Tokens without their digests."""

    list_display = ("name", "agent", "created_by", "last_used_at", "revoked", "created_at")
    list_filter = ("revoked",)
    list_select_related = ("agent__project__route", "created_by")
    search_fields = ("name", "agent__name", "agent__project__route__path")
    ordering = ("-id",)
    fields = ("agent", "name", "description", "created_by", "last_used_at", "revoked", "created_at")
    readonly_fields = fields
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody would see the text of a token made here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AgentToken | None = None) -> bool:
        """A revoked token stays as a record."""
        return False

    @admin.action(description="Revoke the selected tokens", permissions=["change"])
    def revoke(self, request: HttpRequest, tokens: QuerySet[AgentToken]) -> None:
        """End tokens for good."""
        revoked = AgentToken.objects.filter(pk__in=tokens).revoke(at=timezone.now())
        self.message_user(request, f"{revoked} tokens are revoked.", messages.SUCCESS)


@admin.register(Environment)
class EnvironmentAdmin(admin.ModelAdmin[Environment]):
    """The environments that alerts may name."""

    list_display = ("name", "project")
    list_filter = (ProjectFilter,)
    list_select_related = ("project__route",)
    search_fields = ("name", "project__route__path")
    raw_id_fields = ("project",)
    ordering = ("-id",)


@admin.register(Alert)
class AlertAdmin(admin.ModelAdmin[Alert]):
    """Alerts; what they say is the cluster's, what was done about them is the operator's."""

    list_display = ("iid", "title", "project", "severity", "status", "events", "started_at")
    list_display_links = ("iid", "title")
    list_filter = ("status", "severity", "domain", ProjectFilter)
    list_select_related = ("project__route",)
    search_fields = ("title", "service", "fingerprint__exact", "project__route__path")
    ordering = ("-id",)
    readonly_fields = tuple(field.name for field in Alert._meta.fields)  # kept as it came
    actions = ("acknowledge", "resolve")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only clusters raise alerts."""
        return False

    @admin.action(description="Acknowledge the selected alerts", permissions=["change"])
    def acknowledge(self, request: HttpRequest, alerts: QuerySet[Alert]) -> None:
        """Note that somebody is at it."""
        changed = Alert.objects.filter(pk__in=alerts).acknowledge()
        self.message_user(request, f"{changed} alerts are acknowledged.", messages.SUCCESS)

    @admin.action(description="Resolve the selected alerts", permissions=["change"])
    def resolve(self, request: HttpRequest, alerts: QuerySet[Alert]) -> None:
        """End alerts: the same again will be a new one."""
        changed = Alert.objects.filter(pk__in=alerts).resolve(at=timezone.now())
        self.message_user(request, f"{changed} alerts are resolved.", messages.SUCCESS)


class FindingInline(ReadOnly, admin.StackedInline[Finding, Vulnerability]):
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
class VulnerabilityAdmin(ReadOnly, admin.ModelAdmin[Vulnerability]):
    """What scanners in the clusters have found."""

    list_display = ("title", "project", "severity", "state", "confidence", "agent", "created_at")
    list_filter = ("severity", "state", ProjectFilter, AgentFilter)
    list_select_related = ("project__route", "finding__agent")
    search_fields = ("title", "finding__uuid", "project__route__path")
    inlines = (FindingInline,)
    ordering = ("-id",)
    show_full_result_count = False

    @admin.display(ordering="finding__agent__name", empty_value="-")
    def agent(self, vulnerability: Vulnerability) -> str | None:
        """The name of the agent that has reported it."""
        agent = vulnerability.finding.agent
        return agent.name if agent else None


@admin.register(UsageCounter)
class UsageCounterAdmin(ReadOnly, admin.ModelAdmin[UsageCounter]):
    """The totals, and how they grew in the last days."""

    list_display = ("name", "value")
    search_fields = ("name",)
    ordering = ("name",)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Draw a chart of each counter above the list."""
        first = timezone.now().date() - timedelta(days=CHART_DAYS - 1)
        grown = usage.history(first=first, days=CHART_DAYS)
        charts = [chart(name, values, first=first) for name, values in grown.items()]
        return super().changelist_view(request, {**(extra_context or {}), "charts": charts})


@admin.register(UniqueUsage)
class UniqueUsageAdmin(ReadOnly, admin.ModelAdmin[UniqueUsage]):
    """The ids that were counted once a month."""

    list_display = ("name", "month", "counted_id")
    list_filter = ("name", "month")
    search_fields = ("name", "counted_id__exact")
    ordering = ("-month", "name", "counted_id")
    show_full_result_count = False
