"""The directory for operators: who and what exists, under which path, and who belongs where."""

# Importing these registers their pages.
from apps.directory.admin import access_tokens, emails, members, namespaces, projects, users

__all__ = ["access_tokens", "emails", "members", "namespaces", "projects", "users"]
