"""The audit log: who has changed what, read by anybody who may, changed by nobody."""

from typing import Any

from auditlog.models import LogEntry
from django.contrib import admin
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst

from apps.core.admin_site.labels import label
from apps.core.admin_site.lists import RelatedFilter
from apps.core.admin_site.pages import ModelAdmin, ReadOnly

admin.site.unregister(LogEntry)
ACTIONS = {"0": "Created", "1": "Changed", "2": "Deleted", "3": "Login"}
TABLE = """<table class="w-full text-left [&_td]:py-1 [&_td]:pr-4 [&_td]:break-all [&_th]:pr-4">
<thead><tr><th>Column</th><th>Before</th><th>After</th></tr></thead><tbody>{}</tbody></table>"""
SHORT = 120  # characters of a change in the list


class ModelFilter(admin.SimpleListFilter):
    """By what was changed."""

    title = "model"
    parameter_name = "model"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every model with a page, by its name; asking the log which ones occur would read all of it."""
        kinds = [
            (page.opts.label_lower, capfirst(str(page.opts.verbose_name_plural)))
            for page in admin.site._registry.values()
        ]
        return sorted(kinds, key=lambda kind: kind[1].lower())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Apply the choice."""
        app, _, model = (self.value() or "").partition(".")
        return queryset.filter(content_type__app_label=app, content_type__model=model) if model else queryset


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnly, ModelAdmin[LogEntry]):
    """One entry per changed row."""

    list_display = ("timestamp", "actor", "what", "kind", "thing", "changed", "remote_addr")
    list_display_links = ("timestamp",)
    list_filter = (ModelFilter, "action", ("actor", RelatedFilter))
    list_select_related = ("content_type", "actor")
    search_fields = ("object_pk__exact", "cid__exact", "actor__username__lower")
    search_help_text = "The username of the actor, the id of the changed row, or the id of the request."
    ordering = ("-timestamp",)
    fields = (
        ("timestamp", "what"),
        ("actor", "actor_email"),
        ("kind", "thing"),
        ("remote_addr", "cid"),
        "changes_table",
    )
    readonly_fields = (
        "timestamp", "what", "actor", "actor_email", "kind", "thing", "remote_addr", "cid", "changes_table",
    )  # fmt: skip

    @label(ACTIONS, description="action", ordering="action", success=("0",), info=("1",), danger=("2",))
    def what(self, entry: LogEntry) -> str:
        """Created, changed, deleted, or a login."""
        return str(entry.action)

    @admin.display(description="model")
    def kind(self, entry: LogEntry) -> str:
        """The name of the model, as people say it."""
        page = admin.site._registry.get(entry.content_type.model_class())
        return str(page.opts.verbose_name if page else entry.content_type.name)

    @admin.display(description="row")
    def thing(self, entry: LogEntry) -> str:
        """The row; while it is there, a link leads to it."""
        kind = entry.content_type
        try:
            url = reverse(f"admin:{kind.app_label}_{kind.model}_change", args=[entry.object_pk])
        except NoReverseMatch:
            return str(entry.object_repr)
        return format_html('<a href="{}" class="text-primary-600">{}</a>', url, entry.object_repr)

    @admin.display(description="changes")
    def changed(self, entry: LogEntry) -> str:
        """The names of the changed columns; of a login, what became of it."""
        if entry.action == LogEntry.Action.ACCESS:
            return str(entry.changes_dict["login"][1])
        text = ", ".join(entry.changes_dict)
        return text if len(text) <= SHORT else f"{text[:SHORT]}…"

    @admin.display(description="changes")
    def changes_table(self, entry: LogEntry) -> str:
        """Every changed column, before and after."""
        rows = format_html_join("", "<tr><th>{}</th><td>{}</td><td>{}</td></tr>", _rows(entry))
        return format_html(TABLE, rows)


def _rows(entry: LogEntry) -> list[tuple[str, str, str]]:
    return [
        (name, "", f"{change['operation']}: {', '.join(change['objects'])}")
        if isinstance(change, dict)
        else (name, str(change[0]), str(change[1]))
        for name, change in entry.changes_dict.items()
    ]
