"""Looking up an offered key keeps its plan on PostgreSQL."""

from pathlib import Path

from django.db import migrations

from apps.core.postgresql import functions

SOURCE = Path(__file__).parent.parent / "offered_key.sql"


class Migration(migrations.Migration):
    dependencies = [("ssh_keys", "0003_operators_site")]
    operations = [
        migrations.RunPython(functions.installing(SOURCE), functions.removing(("internal_offered_key",)))
    ]
