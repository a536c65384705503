"""Removing the functions of PostgreSQL's reader; ``apps.py`` has them installed."""

from apps.core.postgresql import functions

# Those of former releases too; the later ones stand on the earlier ones.
remove = functions.removing(
    (
        "internal_facts",
        "internal_access_facts",
        "internal_repository_at",
        "internal_group_at",
        "internal_project_at",
        "internal_project_level",
        "internal_group_level",
        "internal_ancestors",
    )
)
