"""The reader of the access facts looks for what few projects have only where there is any."""

from django.db import migrations

from apps.git_access.context.facts import functions


class Migration(migrations.Migration):
    dependencies = [("git_access", "0008_maintenance")]
    operations = [migrations.RunPython(functions.install, migrations.RunPython.noop)]
