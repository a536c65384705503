"""Secondary addresses of users."""

from django.contrib import admin

from apps.core.admin_site.pages import ModelAdmin
from apps.directory.models import Email


@admin.register(Email)
class EmailAdmin(ModelAdmin[Email]):
    """An address counts as the user's own once it is confirmed."""

    list_display = ("email", "user", "confirmed_at")
    search_fields = ("email__lower", "user__username__lower")
    list_select_related = ("user",)
    autocomplete_fields = ("user",)
    ordering = ("-id",)
