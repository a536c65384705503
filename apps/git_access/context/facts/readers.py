"""One reader for each database: on both the facts come in one round trip."""

from django.db import connection

from apps.git_access.context.facts import Facts, Question, postgresql, sqlite


def read(question: Question) -> Facts:
    """Return the facts."""
    return postgresql.read(question) if connection.vendor == "postgresql" else sqlite.read(question)
