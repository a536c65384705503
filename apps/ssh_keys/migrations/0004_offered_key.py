"""Looking up an offered key keeps its plan on PostgreSQL; ``migrate`` installs the function at its end."""

from django.db import migrations

from apps.core.postgresql import functions


class Migration(migrations.Migration):
    dependencies = [("ssh_keys", "0003_operators_site")]
    operations = [
        migrations.RunPython(migrations.RunPython.noop, functions.removing(("internal_offered_key",)))
    ]
