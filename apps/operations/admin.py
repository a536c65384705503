"""Pages of what no app of ours owns: jobs, roles, and the audit log. Importing them registers them."""

from django.contrib import admin

from apps.core.admin_site import audit_log, jobs, role_pages

__all__ = ["audit_log", "jobs", "role_pages"]

admin.site.index_title = "Dashboard"
admin.site.index_template = "admin/dashboard.html"
