"""The directory for operators: who and what exists, under which path, and who belongs where."""

from django.contrib import admin
from django.contrib.auth.models import Group

# Importing these registers their pages.
from apps.directory.admin import emails, members, namespaces, projects, users

__all__ = ["emails", "members", "namespaces", "projects", "users"]

admin.site.site_header = admin.site.site_title = "GitLab Internal API"
admin.site.site_url = None  # there is no site beside the API
# An administrator may do everything here and nobody else anything: there are no groups of permissions.
admin.site.unregister(Group)
