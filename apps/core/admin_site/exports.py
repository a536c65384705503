"""Lists as CSV: what the list shows, filtered as it is, without secrets."""

import re
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from import_export.formats.base_formats import CSV
from import_export.resources import ModelResource, modelresource_factory

from apps.core.admin_site import secret_columns
from apps.core.admin_site.lists import at_most

if TYPE_CHECKING:

    class ExportMixin:
        """The library's own, which ships no types."""

        def export_action(self, request: HttpRequest) -> HttpResponse: ...

else:
    from import_export.admin import ExportMixin

MOST = 50_000  # rows; a file of millions would be built in memory
PERMISSION = "directory.export_lists"
_FORMULA = re.compile(r"\s*[=+\-@|%＝＋－＠]|[\t\r\n]")  # noqa: RUF001 -- the wide forms, too
_NUMBER = re.compile(r"-?[0-9]+([.,][0-9]+)?")


def disarm(text: str) -> str:
    """Return a text that a spreadsheet shows instead of running it; a number stays one.

    Blanks before a formula do not hide it from every program, and some take the wide forms of the signs.
    """
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


class Disarmed(ModelResource):  # type: ignore[misc]  # the library ships no types
    """Columns in which nothing that a user has typed is a formula."""

    def export_field(self, field: Any, instance: Any, **options: Any) -> Any:
        """Return what stands in one column of a row."""
        value = super().export_field(field, instance, **options)
        return disarm(value) if isinstance(value, str) else value


class CsvExport(ExportMixin):
    """Adds "Export" to a list, for those who may export at all and may see these rows."""

    export_template_name = "admin/import_export/export.html"
    import_export_change_list_template = "admin/import_export/change_list_export.html"
    skip_export_form = True
    show_change_form_export = False

    def has_export_permission(self: Any, request: HttpRequest) -> bool:
        """Whoever may see the rows and has the permission to take them along."""
        return bool(request.user.has_perm(PERMISSION)) and self.has_view_permission(request)

    def get_export_formats(self) -> list[type[CSV]]:
        """CSV only."""
        return [CSV]

    def get_export_resource_classes(self: Any, request: HttpRequest) -> list[type[ModelResource]]:
        """Every column of the table that holds no secret."""
        fields = [field.name for field in self.model._meta.concrete_fields]
        shown = [name for name in fields if name not in secret_columns.of(self.model)]
        options = {"fields": shown, "export_order": shown}
        return [modelresource_factory(self.model, resource_class=Disarmed, meta_options=options)]

    def export_action(self: Any, request: HttpRequest) -> HttpResponse:
        """Send the list as a file; a list that is too long is to be filtered first."""
        if self.has_export_permission(request):
            rows: QuerySet[Any] = self.get_export_queryset(request)
            if at_most(rows, MOST + 1) > MOST:
                text = f"The list has more than {MOST:,} rows. Filter it first."
                self.message_user(request, text, messages.WARNING)
                return redirect(f"{request.path.removesuffix('export/')}?{request.GET.urlencode()}")
        answer: HttpResponse = super().export_action(request)
        return answer
