"""Install the plan-cached reader of the access facts on PostgreSQL; SQLite has the portable one."""

from pathlib import Path

from django.db import migrations

SOURCE = Path(__file__).parent.parent / "attempts" / "fact_readers" / "access_facts.sql"
FUNCTIONS = (
    "internal_access_facts",
    "internal_group_at",
    "internal_project_at",
    "internal_project_level",
    "internal_group_level",
    "internal_ancestors",
)


def install(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(SOURCE.read_text())


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            for name in FUNCTIONS:
                cursor.execute(f"DROP FUNCTION IF EXISTS {name}")


class Migration(migrations.Migration):
    dependencies = [("git_access", "0001_initial"), ("ssh_keys", "0002_key_owners")]
    operations = [migrations.RunPython(install, remove)]
