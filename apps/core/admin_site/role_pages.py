"""Roles: which permissions an operator has who is no administrator."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group

from apps.core.admin_site.pages import ModelAdmin

admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(DjangoGroupAdmin, ModelAdmin[Group]):
    """Four roles come with the instance and are set anew by every upgrade; others may be added."""

    row_names = ("role", "roles")
    list_display = ("name",)
    search_fields = ("name__icontains",)
    ordering = ("name",)
    filter_horizontal = ()
    filter_vertical = ("permissions",)
