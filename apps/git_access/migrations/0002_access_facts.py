"""The plan-cached reader of the access facts on PostgreSQL; ``migrate`` installs it at its end."""

from django.db import migrations

from apps.git_access.context.facts import functions


class Migration(migrations.Migration):
    dependencies = [("git_access", "0001_initial"), ("ssh_keys", "0002_key_owners")]
    operations = [migrations.RunPython(migrations.RunPython.noop, functions.remove)]
