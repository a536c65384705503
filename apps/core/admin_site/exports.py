"""Lists as CSV: what the list shows, filtered as it is, without secrets."""

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
        return [modelresource_factory(self.model, meta_options={"fields": shown, "export_order": shown})]

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
