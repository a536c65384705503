"""What takes repositories with it is deleted by a job, on a page that says what goes."""

from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from apps.core.admin_site.pages import ModelAdmin


class DeletedWhole(ModelAdmin[Any]):
    """Leads from the button to that page, and offers no deletion of many rows at once."""

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to the page; a personal namespace goes with its user."""
        row = self.get_object(request, unquote(object_id))
        if not self.has_delete_permission(request, row):
            raise PermissionDenied
        owner = getattr(row, "owner_id", None)
        place = ("user", owner) if owner else (self.opts.model_name, row.pk if row else 0)
        return HttpResponseRedirect(reverse("deletion", args=place))

    def get_actions(self, request: HttpRequest) -> Any:
        """Leave Django's own deletion out: it knows of rows only."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions
