"""Files in LFS."""

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat

from apps.core.admin_site.pages import ModelAdmin, ReadOnly, TabularInline
from apps.git_access.models import LfsObject, LfsObjectLink


class LfsObjectLinkInline(ReadOnly, TabularInline[LfsObjectLink, LfsObject]):
    """Which projects have the file."""

    model = LfsObjectLink
    fields = ("project",)


@admin.register(LfsObject)
class LfsObjectAdmin(ReadOnly, ModelAdmin[LfsObject]):
    """What has been uploaded; the LFS server writes it."""

    list_display = ("oid", "bytes", "project_count", "file_store", "created_at")
    list_filter = ("file_store",)
    search_fields = ("oid__exact",)
    inlines = (LfsObjectLinkInline,)
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[LfsObject]:
        """Count the projects beside each object."""
        projects = LfsObjectLink.objects.filter(lfs_object=OuterRef("pk")).order_by().values("lfs_object")
        counted = Coalesce(Subquery(projects.annotate(number=Count("pk")).values("number")), 0)
        return super().get_queryset(request).annotate(number=counted)

    @admin.display(description="size", ordering="size")
    def bytes(self, row: LfsObject) -> str:
        """The size as people read it."""
        return filesizeformat(row.size)

    @admin.display(description="projects", ordering="number")
    def project_count(self, row: LfsObject) -> int:
        """How many projects have it; nobody, and `prune` removes it."""
        number: int = row.number  # type: ignore[attr-defined] # counted above
        return number
