"""Two readers of the same facts: one round trip on PostgreSQL, small portable queries elsewhere."""

from django.db import connection

from apps.git_access.context.facts import Facts, Question, portable, postgresql


def read(question: Question) -> Facts:
    """Return the facts, read the best way that this database has."""
    return postgresql.read(question) if connection.vendor == "postgresql" else portable.read(question)
