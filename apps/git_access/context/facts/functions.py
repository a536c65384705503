"""Installing the functions of the plan-cached reader; a migration does it whenever their text has changed."""

from pathlib import Path

from apps.core.postgresql import functions

install = functions.installing(Path(__file__).parent / "access_facts.sql")
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
