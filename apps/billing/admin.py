"""Billing for operators. What CustomersDot or the history has written can be read, not rewritten."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html

from apps.billing import figures, seats, subscriptions
from apps.billing.admin_lists import CountingChangeList, EndsFilter, SeatsFilter, today
from apps.billing.models import (
    MinutesPack,
    NamespaceLimits,
    Plan,
    Subscription,
    SubscriptionHistory,
    UpcomingReconciliation,
)
from apps.core.admin_site.charts import comparison
from apps.core.admin_site.pages import ModelAdmin, ReadOnly, TabularInline, Unchangeable


@admin.register(Plan)
class PlanAdmin(ModelAdmin[Plan]):
    """Names may change; what a code means does not."""

    list_display = ("code", "name")
    search_fields = ("code__icontains", "name__icontains")
    ordering = ("pk",)


class HistoryInline(ReadOnly, TabularInline[SubscriptionHistory, Subscription]):
    """What the subscription was before."""

    model = SubscriptionHistory
    fields = (
        "created_at", "change_type", "plan", "start_date", "end_date", "seats", "max_seats_used",
        "trial", "trial_starts_on", "trial_ends_on", "auto_renew",
    )  # fmt: skip
    ordering = ("-id",)
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[SubscriptionHistory]:
        """Read the plans with the rows."""
        return super().get_queryset(request).select_related("plan")


@admin.register(Subscription)
class SubscriptionAdmin(ModelAdmin[Subscription]):
    """Subscriptions, with what is owed at a glance."""

    list_display = (
        "namespace", "plan", "seats", "in_use", "max_seats_used", "owed", "end_date", "trial",
    )  # fmt: skip
    list_filter = ("plan", "trial", EndsFilter, SeatsFilter)
    list_select_related = ("namespace__route", "plan")
    search_fields = ("namespace__route__path__startswith", "namespace_id")
    ordering = ("-pk",)
    autocomplete_fields = ("namespace", "plan")
    fields = (
        "namespace", "plan", "start_date", "end_date", ("seats", "max_seats_used"), ("in_use", "owed"),
        "trial", "trial_starts_on", "trial_ends_on", "auto_renew", ("created_at", "updated_at"),
    )  # fmt: skip
    readonly_fields = ("in_use", "owed", "created_at", "updated_at")
    inlines = (HistoryInline,)

    def get_urls(self) -> list[URLPattern]:
        """Put the dashboard before the pages of single rows."""
        dashboard = self.admin_site.admin_view(self.dashboard)
        return [path("dashboard/", dashboard, name="billing_dashboard"), *super().get_urls()]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[CountingChangeList]:
        """Count seats once for a whole page."""
        return CountingChangeList

    def fixed_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A subscription stays with its namespace."""
        return (*self.readonly_fields, "namespace") if obj else self.readonly_fields

    @admin.display(description="in use")
    def in_use(self, subscription: Subscription) -> int | str:
        """Seats in use: counted for the page, or for the one row that is shown."""
        if subscription.namespace_id is None:
            return "-"
        counted: int | None = getattr(subscription, "seats_in_use", None)
        return seats.count(subscription.namespace, on=today()) if counted is None else counted

    @admin.display(description="owed")
    def owed(self, subscription: Subscription) -> int | str:
        """Seats owed; bold where there are any."""
        in_use = self.in_use(subscription)
        if not isinstance(in_use, int):
            return in_use
        owed = subscription.seats_owed(in_use=in_use)
        return format_html("<strong>{}</strong>", owed) if owed else owed

    def save_model(self, request: HttpRequest, obj: Subscription, form: ModelForm[Any], change: bool) -> None:
        """Correct an existing subscription the way the API does."""
        if change:
            subscriptions.correct(obj, now=timezone.now())
        else:
            super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Subscription) -> None:
        """Keep the last state in the history."""
        subscriptions.destroy(obj, now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Subscription]) -> None:
        """Keep the last states in the history."""
        for subscription in queryset:
            subscriptions.destroy(subscription, now=timezone.now())

    def dashboard(self, request: HttpRequest) -> HttpResponse:
        """Seats used against seats bought, subscriptions by plan, minutes by month."""
        used_and_bought = figures.seats_by_namespace(on=today())
        charts = (
            comparison("Seats in use and bought", used_and_bought, series=("bought", "in use")),
            comparison("Subscriptions by plan", figures.subscriptions_by_plan()),
            comparison("CI minutes sold by month", figures.minutes_by_month(now=timezone.now())),
        )
        context = {
            **self.admin_site.each_context(request),
            "title": "Billing dashboard",
            "charts": charts,
            "paid": Subscription.objects.paid().count(),
            "owing": Subscription.objects.over_seats().count(),
        }
        return TemplateResponse(request, "admin/billing/dashboard.html", context)


@admin.register(SubscriptionHistory)
class SubscriptionHistoryAdmin(ReadOnly, ModelAdmin[SubscriptionHistory]):
    """All changes, those of subscriptions and namespaces that are gone included."""

    list_display = (
        "created_at", "subscription_id", "namespace_id", "change_type", "plan", "seats", "max_seats_used",
        "start_date", "end_date", "trial",
    )  # fmt: skip
    list_filter = ("change_type", "plan")
    list_select_related = ("plan",)
    search_fields = ("subscription_id", "namespace_id")
    ordering = ("-pk",)
    exclude = ("subscription", "namespace")
    readonly_fields = ("subscription_id", "namespace_id")


@admin.register(MinutesPack)
class MinutesPackAdmin(ReadOnly, ModelAdmin[MinutesPack]):
    """Purchases: they come from CustomersDot and stay as they came."""

    list_display = ("purchase_xid", "namespace", "number_of_minutes", "expires_at", "created_at")
    list_select_related = ("namespace__route",)
    search_fields = ("purchase_xid__exact", "namespace__route__path__startswith")
    ordering = ("-pk",)


@admin.register(UpcomingReconciliation)
class UpcomingReconciliationAdmin(Unchangeable, ModelAdmin[UpcomingReconciliation]):
    """What CustomersDot has announced; it may be withdrawn, and is then announced anew."""

    list_display = ("namespace", "next_reconciliation_date", "display_alert_from", "alert", "updated_at")
    list_select_related = ("namespace__route",)
    search_fields = ("namespace__route__path__startswith",)
    ordering = ("next_reconciliation_date", "pk")

    @admin.display(description="alert shown", boolean=True)
    def alert(self, reconciliation: UpcomingReconciliation) -> bool:
        """Whether owners are told today."""
        return reconciliation.displays_alert(on=today())


@admin.register(NamespaceLimits)
class NamespaceLimitsAdmin(ModelAdmin[NamespaceLimits]):
    """Limits; nothing evaluates them here."""

    list_display = (
        "namespace", "shared_runners_minutes_limit", "extra_shared_runners_minutes_limit",
        "additional_purchased_storage_size", "additional_purchased_storage_ends_on",
    )  # fmt: skip
    list_select_related = ("namespace__route",)
    search_fields = ("namespace__route__path__startswith",)
    ordering = ("pk",)
    autocomplete_fields = ("namespace",)
