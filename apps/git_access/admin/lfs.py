"""Files in LFS."""

from django.contrib import admin

from apps.core.admin_site.pages import ModelAdmin, ReadOnly, TabularInline
from apps.git_access.models import LfsObject, LfsObjectLink


class LfsObjectLinkInline(ReadOnly, TabularInline[LfsObjectLink, LfsObject]):
    """Which projects have the file."""

    model = LfsObjectLink
    fields = ("project",)


@admin.register(LfsObject)
class LfsObjectAdmin(ReadOnly, ModelAdmin[LfsObject]):
    """What has been uploaded; the LFS server writes it."""

    list_display = ("oid", "size", "created_at")
    search_fields = ("oid__exact",)
    inlines = (LfsObjectLinkInline,)
    ordering = ("-id",)
