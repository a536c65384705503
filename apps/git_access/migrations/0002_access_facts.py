"""Install the plan-cached reader of the access facts on PostgreSQL; SQLite has the portable one."""

from django.db import migrations

from apps.git_access.context.facts import functions


class Migration(migrations.Migration):
    dependencies = [("git_access", "0001_initial"), ("ssh_keys", "0002_key_owners")]
    operations = [migrations.RunPython(functions.install, functions.remove)]
