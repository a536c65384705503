"""Secondary addresses of users."""

from django.contrib import admin

from apps.directory.models import Email


@admin.register(Email)
class EmailAdmin(admin.ModelAdmin[Email]):
    """An address counts as the user's own once it is confirmed."""

    list_display = ("email", "user", "confirmed_at")
    search_fields = ("email", "user__username")
    list_select_related = ("user",)
    autocomplete_fields = ("user",)
    ordering = ("email",)
